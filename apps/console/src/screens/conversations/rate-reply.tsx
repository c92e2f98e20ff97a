import { useMutation, useQueryClient } from '@tanstack/react-query';
import { ThumbsDown, ThumbsUp } from 'lucide-react';
import { useState, type ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { Form } from 'react-aria-components';
import { customerService, dataOf } from '../../api/services';
import { Button } from '../../components/button';
import { Choice } from '../../components/choice';
import { DialogWindow } from '../../components/dialog-window';
import { Failure } from '../../components/failure';
import { TextInput } from '../../components/text-input';
import type { components } from '../../api/generated/customer-service';
import type { Message } from './types';

type Rating = components['schemas']['CreateFeedbackRequest'];

/** Whether a reply helped; where it did not, what would have been right. */
export function RateReply({ message }: { readonly message: Message }): ReactNode {
  const { t } = useTranslation();
  const queries = useQueryClient();
  const [isCorrecting, setIsCorrecting] = useState(false);
  const rate = useMutation({
    mutationFn: (body: Rating) => dataOf(customerService.POST('/v1/feedback', { body })),
    onSuccess: () => {
      setIsCorrecting(false);
      void queries.invalidateQueries({ queryKey: ['feedback'] });
    },
  });
  if (rate.isSuccess)
    return (
      <span role="status" className="small muted">
        {t('conversations.chat.thanks')}
      </span>
    );
  return (
    <>
      <Button small look="quiet" onPress={() => rate.mutate({ messageId: message.id, rating: 'helpful' })} isPending={rate.isPending}>
        <ThumbsUp size={14} aria-hidden /> {t('conversations.chat.helpful')}
      </Button>
      <Button small look="quiet" onPress={() => setIsCorrecting(true)}>
        <ThumbsDown size={14} aria-hidden /> {t('conversations.chat.unhelpful')}
      </Button>
      {rate.error !== null && !isCorrecting && <Failure error={rate.error} />}
      <DialogWindow title={t('conversations.correct.title')} isOpen={isCorrecting} onClose={() => setIsCorrecting(false)}>
        <Correction message={message} onSend={rate.mutate} error={rate.error} isPending={rate.isPending} />
      </DialogWindow>
    </>
  );
}

interface CorrectionProps {
  readonly message: Message;
  readonly onSend: (rating: Rating) => void;
  readonly error: Error | null;
  readonly isPending: boolean;
}

function Correction({ message, onSend, error, isPending }: CorrectionProps): ReactNode {
  const { t } = useTranslation();
  const [entryId, setEntryId] = useState('');
  const [answer, setAnswer] = useState('');
  const [note, setNote] = useState('');
  const candidates = message.reply?.alternatives ?? [];
  const correction = { ...(entryId === '' ? {} : { entryId }), ...(answer.trim() === '' ? {} : { answer: answer.trim() }) };
  return (
    <Form
      className="stack"
      onSubmit={(event) => {
        event.preventDefault();
        onSend({
          messageId: message.id,
          rating: 'unhelpful',
          ...(Object.keys(correction).length === 0 ? {} : { correction }),
          ...(note.trim() === '' ? {} : { note: note.trim() }),
        });
      }}
    >
      <p className="muted">{t('conversations.correct.explanation')}</p>
      {candidates.length > 0 && (
        <Choice
          label={t('conversations.correct.entry')}
          value={entryId}
          onChange={setEntryId}
          options={[
            { value: '', text: t('conversations.correct.noEntry') },
            ...candidates.map((candidate) => ({ value: candidate.entryId, text: candidate.question })),
          ]}
        />
      )}
      <TextInput label={t('conversations.correct.answer')} rows={3} value={answer} onChange={setAnswer} />
      <TextInput label={t('conversations.correct.note')} value={note} onChange={setNote} />
      {error !== null && <Failure error={error} />}
      <div className="row">
        <Button type="submit" look="primary" isPending={isPending}>
          {t('conversations.correct.send')}
        </Button>
      </div>
    </Form>
  );
}
