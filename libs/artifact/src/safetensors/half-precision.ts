/** Bit patterns of float32 for each float16 bit pattern; 256 kB, made on first use. */
let float16Table: Float32Array | undefined;

function buildFloat16Table(): Float32Array {
  const table = new Float32Array(65536);
  for (let bits = 0; bits < 65536; bits++) {
    const sign = bits & 0x8000 ? -1 : 1;
    const exponent = (bits >> 10) & 0x1f;
    const fraction = bits & 0x3ff;
    if (exponent === 0) table[bits] = sign * fraction * 2 ** -24;
    else if (exponent === 31) table[bits] = fraction === 0 ? sign * Infinity : NaN;
    else table[bits] = sign * (1 + fraction / 1024) * 2 ** (exponent - 15);
  }
  return table;
}

/** Writes IEEE 754 binary16 numbers, given as little-endian bit patterns, into `target` from `offset` on. */
export function float16ToFloat32(source: Uint16Array, target: Float32Array, offset: number): void {
  float16Table ??= buildFloat16Table();
  for (let i = 0; i < source.length; i++) target[offset + i] = float16Table[source[i]];
}

/** Writes bfloat16 numbers, given as bit patterns, into `target` from `offset` on: bfloat16 is the upper half of a float32. */
export function bfloat16ToFloat32(source: Uint16Array, target: Float32Array, offset: number): void {
  const bits = new Uint32Array(target.buffer, target.byteOffset, target.length);
  for (let i = 0; i < source.length; i++) bits[offset + i] = source[i] << 16;
}
