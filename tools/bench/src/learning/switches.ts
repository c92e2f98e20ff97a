/** A way of learning that is measured, with the settings among which validation rows choose. */
export interface Switch {
  name: string;
  /** Sections of head.yaml with the keys that differ from the configuration beside which it is measured. */
  settings: readonly Record<string, Record<string, unknown>>[];
}

/** Names that stand for what is there only once the runs without any switch are made. */
export const TEACHERS = '(the runs without a switch)';
export const UNLABELLED = '(the rows that are not trained on, without their labels)';

/** Each by itself. */
export const SWITCHES: readonly Switch[] = [
  { name: 'none', settings: [{}] },
  { name: 'no average of weights', settings: [{ training: { weightAverage: 0 } }] },
  { name: 'SWA', settings: [{ regularization: { swaFrom: 0.5 } }, { regularization: { swaFrom: 0.75 } }] },
  { name: 'R-Drop', settings: [{ loss: { rDrop: 1 } }, { loss: { rDrop: 4 } }] },
  { name: 'FGM', settings: [{ regularization: { adversarial: 0.3 } }, { regularization: { adversarial: 1 } }] },
  { name: 'mixout', settings: [{ regularization: { mixout: 0.3 } }, { regularization: { mixout: 0.7 } }] },
  {
    name: 'L2-SP',
    settings: [
      { regularization: { l2Sp: 0.01 }, optimizer: { weightDecay: 0 } },
      { regularization: { l2Sp: 0.1 }, optimizer: { weightDecay: 0 } },
    ],
  },
  { name: 'EDA: swap, delete', settings: [{ augmentation: { share: 0.3 } }, { augmentation: { share: 0.6 } }] },
  {
    name: 'back-off of words',
    settings: [0.3, 0.6].map((share) => ({ augmentation: { share, swap: 0, delete: 0, backOff: 0.2 } })),
  },
  {
    name: 'distillation',
    settings: [0.5, 0.9].map((weight) => ({ distill: { teachers: TEACHERS, weight } })),
  },
  {
    name: 'distillation, rows without labels',
    settings: [0.5, 0.9].map((weight) => ({ distill: { teachers: TEACHERS, weight, unlabelled: UNLABELLED } })),
  },
];
