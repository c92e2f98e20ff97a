import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { useFormat } from '../../i18n/use-format';
import type { Influence } from './types';
import { piecesOf, strengthOf } from './weighted-words';
import './explanation.css';

interface WeightedTextProps {
  readonly text: string;
  /** As people read it. */
  readonly label: string;
  readonly explanation: readonly Influence[];
}

/** Shades from none to the strongest; style sheets know them by number. */
const SHADES = 5;

/** A text whose words are coloured by what they did to its label, and the same as a table. */
export function WeightedText({ text, label, explanation }: WeightedTextProps): ReactNode {
  const { t } = useTranslation();
  const { change } = useFormat();
  const sign = (influence: number): 'for' | 'against' => (influence > 0 ? 'for' : 'against');
  return (
    <div className="stack">
      <p className="weighted-text clip">
        {piecesOf(text, explanation).map((piece, place) =>
          piece.influence === undefined ? (
            <span key={place}>{piece.text}</span>
          ) : (
            <mark
              key={place}
              className={`weight weight-${sign(piece.influence)} weight-${String(Math.ceil(strengthOf(piece.influence, explanation) * SHADES))}`}
              title={`${t(`explanation.${sign(piece.influence)}`, { label })}: ${change(piece.influence)}`}
            >
              {piece.text}
            </mark>
          ),
        )}
      </p>
      <p className="small muted">{t('explanation.legend', { label })}</p>
      <table className="table weights">
        <thead>
          <tr>
            <th scope="col">{t('explanation.word')}</th>
            <th scope="col" className="right">
              {t('explanation.influence')}
            </th>
          </tr>
        </thead>
        <tbody>
          {explanation.map((word) => (
            <tr key={word.start}>
              <th scope="row">{word.text}</th>
              <td className="right">{change(word.influence)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
