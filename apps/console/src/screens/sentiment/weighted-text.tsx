import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { useFormat } from '../../i18n/use-format';
import { piecesOf, strengthOf } from './weighted-words';
import type { Influence, SentimentLabel } from './types';

interface WeightedTextProps {
  readonly text: string;
  readonly label: SentimentLabel;
  readonly explanation: readonly Influence[];
}

/** Shades from none to the strongest; style sheets know them by number. */
const SHADES = 5;

/** A text whose words are coloured by what they did to its label, and the same as a table. */
export function WeightedText({ text, label, explanation }: WeightedTextProps): ReactNode {
  const { t } = useTranslation();
  const { number } = useFormat();
  const told = t(`sentiment.labels.${label}`);
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
              title={`${t(`sentiment.score.${sign(piece.influence)}`, { label: told })}: ${number(piece.influence)}`}
            >
              {piece.text}
            </mark>
          ),
        )}
      </p>
      <p className="small muted">{t('sentiment.score.legend', { label: told })}</p>
      <table className="table weights">
        <thead>
          <tr>
            <th scope="col">{t('sentiment.score.word')}</th>
            <th scope="col" className="right">
              {t('sentiment.score.influence')}
            </th>
          </tr>
        </thead>
        <tbody>
          {explanation.map((word) => (
            <tr key={word.start}>
              <th scope="row">{word.text}</th>
              <td className="right">
                {word.influence > 0 ? '+' : ''}
                {number(word.influence)}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
