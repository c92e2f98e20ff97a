import { configFor, loadTinyEncoder, tinyNetwork } from '../../../test/tiny-network';
import type { HeadConfig } from '../../config/head-config';
import type { LoadedEncoder } from '../../encoders';
import { Random } from '../../random';
import { findTuner, isHeadParameter } from '..';

const tuner = findTuner('full');

let encoder: LoadedEncoder;
beforeAll(async () => {
  encoder = await loadTinyEncoder();
});

describe('tuner full', () => {
  it('lets lower layers learn more slowly', () => {
    const net = tinyNetwork(encoder);
    const attached = tuner.attach(net, configFor(tuner, { layerDecay: 0.5 }), new Random(1));
    const factor = (name: string): number => attached.learningRateFactor(net.parameter(name));
    expect(factor('encoder.layer.1.output.dense.weight')).toBe(1);
    expect(factor('encoder.layer.0.output.dense.weight')).toBe(0.5);
    expect(factor('embeddings.word_embeddings.weight')).toBe(0.25);
    net.dispose();
  });

  it('thaws one layer from the top at a time', () => {
    const net = tinyNetwork(encoder);
    const attached = tuner.attach(net, configFor(tuner, { unfreezeEvery: 0.5 }), new Random(1));
    const learning = (epoch: number): string[] => {
      attached.startEpoch?.(epoch);
      const names = attached.parameters.filter((parameter) => parameter.trainable && !isHeadParameter(parameter)).map(({ name }) => name);
      return [...new Set(names.map((parameterName) => /^(embeddings|encoder\.layer\.\d)/.exec(parameterName)?.[0] ?? ''))].sort();
    };
    expect(learning(0)).toEqual([]);
    expect(learning(0.5)).toEqual(['encoder.layer.1']);
    expect(learning(1)).toEqual(['encoder.layer.0', 'encoder.layer.1']);
    expect(learning(1.5)).toEqual(['embeddings', 'encoder.layer.0', 'encoder.layer.1']);
    net.dispose();
  });
});

describe('tuner full with frozen layers', () => {
  const learningPlaces = (more: Partial<HeadConfig['tuner']>, epoch = 0): string[] => {
    const net = tinyNetwork(encoder);
    const attached = tuner.attach(net, configFor(tuner, { frozenLayers: 1, ...more }), new Random(1));
    attached.startEpoch?.(epoch);
    const names = [...net.parameters.values()].filter(({ trainable }) => trainable).map(({ name }) => name);
    net.dispose();
    return [...new Set(names.map((name) => /^(embeddings|encoder\.layer\.\d|head)/.exec(name)?.[0] ?? name))].sort();
  };

  it('trains the layers above and the head, and never thaws them', () => {
    expect(learningPlaces({})).toEqual(['encoder.layer.1', 'head']);
    expect(learningPlaces({ unfreezeEvery: 0.5 })).toEqual(['head']);
    expect(learningPlaces({ unfreezeEvery: 0.5 }, 3)).toEqual(['encoder.layer.1', 'head']);
  });

  it('refuses more layers than there are', () => {
    const net = tinyNetwork(encoder);
    expect(() => tuner.attach(net, configFor(tuner, { frozenLayers: 3 }), new Random(1))).toThrow(
      /frozenLayers is 3, and the encoder has 2 layers/,
    );
    net.dispose();
  });
});
