import { Upload } from 'lucide-react';
import { useState, type ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { DropZone, FileTrigger, Form, Text, type DropZoneProps } from 'react-aria-components';
import { Button } from '../../components/button';
import { Failure } from '../../components/failure';
import { Panel } from '../../components/panel';
import { ProgressLine } from '../../components/progress-line';
import { TextInput } from '../../components/text-input';
import { FILE_ENDS, mediaTypeOf, nameOfFile } from './media-types';
import { useUpload } from './queries';
import { useNamed } from './use-address';
import { useWording } from './use-wording';

/** A file that waits to be uploaded. */
interface Picked {
  readonly file: File;
  readonly mediaType: string;
  readonly name: string;
}

/** Takes a file, by choice or by drop, and stores it as a data set. */
export function DatasetUpload(): ReactNode {
  const { t } = useTranslation();
  const [picked, setPicked] = useState<Picked>();
  const [refused, setRefused] = useState<string>();
  const upload = useUpload();
  const pick = (file: File | undefined): void => {
    if (file === undefined) return;
    const mediaType = mediaTypeOf(file.name);
    upload.reset();
    setRefused(mediaType === undefined ? file.name : undefined);
    setPicked(mediaType === undefined ? undefined : { file, mediaType, name: nameOfFile(file.name) });
  };
  return (
    <Panel title={t('models.upload')}>
      <p className="small muted">{t('models.uploadHint')}</p>
      <DropZone className="drop-zone" onDrop={(event) => void droppedFile(event).then(pick)}>
        <Upload size={22} aria-hidden />
        <Text slot="label">{t('models.dropHere')}</Text>
        <FileTrigger acceptedFileTypes={FILE_ENDS} onSelect={(files) => pick(files?.[0])}>
          <Button>{t('models.chooseFile')}</Button>
        </FileTrigger>
      </DropZone>
      {refused !== undefined && (
        <p className="field-error small" role="alert">
          {t('models.wrongKind', { file: refused })}
        </p>
      )}
      {picked !== undefined && (
        <UploadForm picked={picked} upload={upload} onName={(name) => setPicked({ ...picked, name })} onDone={() => setPicked(undefined)} />
      )}
      {upload.error !== null && <Failure error={upload.error} />}
    </Panel>
  );
}

interface UploadFormProps {
  readonly picked: Picked;
  readonly upload: ReturnType<typeof useUpload>;
  readonly onName: (name: string) => void;
  readonly onDone: () => void;
}

function UploadForm({ picked: { file, mediaType, name }, upload, onName, onDone }: UploadFormProps): ReactNode {
  const { t } = useTranslation();
  const { bytes } = useWording();
  const [, setNamed] = useNamed();
  const [share, setShare] = useState(0);
  return (
    <Form
      className="stack"
      onSubmit={(event) => {
        event.preventDefault();
        setShare(0);
        upload.mutate(
          { file, mediaType, name: name.trim(), onProgress: setShare },
          {
            onSuccess: ({ id }) => {
              onDone();
              setNamed({ dataset: id });
            },
          },
        );
      }}
    >
      <p className="small clip">
        {file.name}, {bytes(file.size)}
      </p>
      <TextInput label={t('models.dataName')} value={name} onChange={onName} isRequired maxLength={200} />
      {upload.isPending && <ProgressLine label={t(share < 1 ? 'state.sending' : 'state.sent')} share={share} />}
      <div className="row">
        <Button type="submit" look="primary" isPending={upload.isPending}>
          {t('models.uploadDo')}
        </Button>
      </div>
    </Form>
  );
}

type DropEvent = Parameters<NonNullable<DropZoneProps['onDrop']>>[0];

async function droppedFile({ items }: DropEvent): Promise<File | undefined> {
  const item = items.find((entry) => entry.kind === 'file');
  return item?.getFile();
}
