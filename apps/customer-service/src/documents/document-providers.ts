import { DATABASE, Shutdown, made } from '@attune/service-kit';
import type { Provider } from '@nestjs/common';
import { DialogueModel } from '../model/dialogue-model';
import { EncoderRegistry } from '../retrieval/encoder-registry';
import { PassageVectors } from '../retrieval/passage-vectors';
import { DocumentRepository } from './document-repository';
import { DocumentService } from './document-service';
import { PassageDirectory } from './passage-directory';
import { PassageRetriever } from './passage-retriever';
import { PassageSearch } from './passage-search';
import { DocumentReader } from './reading/document-reader';

const documentReader: Provider = {
  provide: DocumentReader,
  inject: [Shutdown],
  useFactory: (shutdown: Shutdown) => {
    const reader = new DocumentReader();
    shutdown.add('work', 'document reader', () => reader.close());
    return reader;
  },
};

/** What keeps documents. */
export const documentProviders: readonly Provider[] = [
  documentReader,
  made(PassageSearch, [PassageRetriever, DialogueModel, EncoderRegistry]),
  made(DocumentService, [DATABASE, DocumentRepository, PassageDirectory, DocumentReader, DialogueModel, EncoderRegistry, PassageVectors]),
];
