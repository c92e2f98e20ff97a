import { isSound, NOTHING_TYPED, settingsOf, type NumberSetting } from './training-settings';

describe('settings of a training', () => {
  it.each<[NumberSetting, string, boolean]>([
    ['epochs', '', true],
    ['epochs', ' 2.5 ', true],
    ['epochs', '0', false],
    ['epochs', '1001', false],
    ['learningRate', '2e-4', true],
    ['learningRate', '-1', false],
    ['learningRate', 'fast', false],
    ['batchSize', '16', true],
    ['batchSize', '1.5', false],
    ['maxLength', '3', false],
    ['seed', '0', true],
    ['seed', '4294967296', false],
    ['seed', 'Infinity', false],
  ])('takes %s "%s": %s', (setting, typed, sound) => {
    expect(isSound(setting, typed)).toBe(sound);
  });

  it('are sent as numbers, and left out where nothing was typed', () => {
    expect(settingsOf(NOTHING_TYPED)).toEqual({});
    expect(settingsOf({ ...NOTHING_TYPED, epochs: '3', learningRate: '2e-4 ' })).toEqual({ epochs: 3, learningRate: 0.0002 });
  });
});
