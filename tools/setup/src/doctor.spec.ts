import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { bfloat16Flags, runDoctor } from './doctor';
import { gpuNames, probeTensorFlow } from './probe-tensorflow';
import { setupStatus } from './status';

describe('the doctor', () => {
  it('looks at everything, and finds ONNX Runtime', async () => {
    const checks = await runDoctor();
    expect(checks.map(({ name }) => name)).toEqual([
      ...['Node', 'Processor', 'Memory', 'Cache', 'pip', 'C++ compiler', 'TensorFlow', 'GPU', 'Encoder', 'ONNX Runtime'],
    ]);
    expect(checks.find(({ name }) => name === 'ONNX Runtime')).toMatchObject({ status: 'ok' });
    for (const { status, remedy } of checks) if (status !== 'ok') expect(remedy).toBeDefined();
  });

  it('reads bfloat16 instructions from /proc/cpuinfo', () => {
    expect(bfloat16Flags('flags\t\t: fpu avx2 avx512_bf16 amx_bf16 amx_tile\n')).toEqual(['avx512_bf16', 'amx_bf16']);
    expect(bfloat16Flags('Features\t: fp asimd i8mm bf16\n')).toEqual(['bf16']);
    expect(bfloat16Flags('flags\t\t: fpu avx2\n')).toEqual([]);
    expect(bfloat16Flags('')).toEqual([]);
  });

  it("reads the names of GPUs from TensorFlow's notices", () => {
    const notice = (index: number) =>
      `I0000 gpu_device.cc:2020] Created device /job:localhost/replica:0/task:0/device:GPU:${index} with 133000 MB memory:  -> device: ${index}, name: NVIDIA H200, pci bus id: 0000:19:00.0, compute capability: 9.0\n`;
    expect(gpuNames(notice(0) + notice(1))).toEqual(['NVIDIA H200']);
    expect(gpuNames('no devices')).toEqual([]);
  });
});

describe('loading TensorFlow in a child process', () => {
  it('survives a binding that is none', async () => {
    const directory = await mkdtemp(join(tmpdir(), 'attune-probe-'));
    const path = join(directory, 'binding.node');
    await writeFile(path, 'not a library');
    expect(await probeTensorFlow(path)).toMatchObject({ loads: false, why: expect.stringContaining('binding.node') as string });
    await rm(directory, { recursive: true });
  });

  it('survives a binding that crashes', async () => {
    const directory = await mkdtemp(join(tmpdir(), 'attune-probe-'));
    const path = join(directory, 'crash.js');
    await writeFile(path, "process.kill(process.pid, 'SIGILL');");
    expect(await probeTensorFlow(path)).toEqual({ loads: false, why: expect.stringContaining('AVX') as string });
    await rm(directory, { recursive: true });
  });

  it('computes with the one that is set up', async () => {
    const { tensorFlow } = await setupStatus();
    if (tensorFlow === undefined) throw new Error('Native TensorFlow is not set up. Run: npx attune setup');
    expect(await probeTensorFlow(tensorFlow.binding)).toMatchObject({ loads: true });
  });
});
