import { javaVersion } from './requirements';

describe('javaVersion', () => {
  it.each([
    ['openjdk version "17.0.15" 2025-04-15', 17],
    ['openjdk version "21" 2023-09-19', 21],
    ['java version "1.8.0_392"', 8],
    ['no such program', undefined],
  ])('reads %j as %j', (output, version) => {
    expect(javaVersion(output)).toBe(version);
  });
});
