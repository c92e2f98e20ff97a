import fc from 'fast-check';
import { SIGNATURE_LENGTH } from './fingerprint';
import { SignatureTable } from './signature-table';

const ROWS = 3;
const LAST_BAND = 63;

const signatures = fc.array(fc.integer({ min: 0, max: 3 }), { minLength: SIGNATURE_LENGTH, maxLength: SIGNATURE_LENGTH });

function sharesBand(one: readonly number[], other: readonly number[]): boolean {
  for (let start = 0; start < LAST_BAND; start += ROWS) {
    if ([0, 1, 2].every((row) => one[start + row] === other[start + row])) return true;
  }
  return false;
}

describe('SignatureTable', () => {
  it('finds all that share a band, whatever came and went', () => {
    const changes = fc.array(fc.record({ signature: signatures, leaves: fc.boolean() }), { maxLength: 40 });
    fc.assert(
      fc.property(changes, signatures, (drawn, asked) => {
        const table = new SignatureTable();
        const inside = new Map<number, number[]>();
        for (const { signature, leaves } of drawn) {
          const [first] = inside.keys();
          if (leaves && first !== undefined) {
            table.remove(first);
            inside.delete(first);
          } else inside.set(table.add(Uint16Array.from(signature)), signature);
        }
        const found = table.candidates(Uint16Array.from(asked));
        for (const [slot, signature] of inside) {
          expect([...table.signatureAt(slot)]).toEqual(signature);
          if (sharesBand(signature, asked)) expect(found).toContain(slot);
        }
        for (const slot of found) expect([...inside.keys()]).toContain(slot);
      }),
    );
  });

  it('looks at the newest only where very many are alike', () => {
    const table = new SignatureTable();
    const alike = new Uint16Array(SIGNATURE_LENGTH);
    const slots = Array.from({ length: 1_000 }, () => table.add(alike));
    const found = table.candidates(alike);
    expect(found.size).toBeLessThan(300);
    expect(found).toContain(slots.at(-1));
  });
});
