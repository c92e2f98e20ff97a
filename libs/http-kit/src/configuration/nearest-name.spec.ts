import { nearestName } from './nearest-name';

describe('the nearest name', () => {
  it('counts a swap of neighbours as one edit, and gives nothing beyond the bound', () => {
    expect(nearestName('ATTUNE_PROT', ['ATTUNE_HOST', 'ATTUNE_PORT'], 2)).toBe('ATTUNE_PORT');
    expect(nearestName('something', ['else'], 2)).toBeUndefined();
  });
});
