import { readFileSync } from 'node:fs';
import type { Precision } from './kernels';
import { loadBinding } from './tensorflow';

/** Processor flags under which bfloat16 products are native: AVX-512 BF16 and AMX on x86, BF16 on Arm. */
const BFLOAT16_FLAGS = ['avx512_bf16', 'amx_bf16', 'bf16'];

/** Whether this processor multiplies bfloat16 natively; false where its flags cannot be read. */
export function multipliesBfloat16(cpuInfo: string = readCpuInfo()): boolean {
  const flags = new Set(cpuInfo.split('\n').flatMap((line) => (/^(flags|Features)\s*:/.test(line) ? line.split(/[\s:]+/) : [])));
  return BFLOAT16_FLAGS.some((flag) => flags.has(flag));
}

/** The precision of matrix products that a setting stands for on this machine. By itself a GPU keeps float32. */
export function resolvePrecision(setting: 'auto' | Precision): Precision {
  if (setting !== 'auto') return setting;
  return !loadBinding().isUsingGpuDevice() && multipliesBfloat16() ? 'bf16' : 'fp32';
}

function readCpuInfo(): string {
  try {
    return readFileSync('/proc/cpuinfo', 'utf8');
  } catch {
    return '';
  }
}
