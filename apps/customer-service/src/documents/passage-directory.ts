import { PassageIndex } from '@attune/dialogue';
import { RevisedDirectory, type SearchedChange } from '../resources/revised-directory';
import type { DocumentChange, DocumentRepository } from './document-repository';

/** Changes that are fetched at once: each comes with all passages of its document. */
const PAGE = 50;

/** The documents as this process knows them. */
export class PassageDirectory extends RevisedDirectory<DocumentChange> {
  readonly index = new PassageIndex();

  constructor(repository: DocumentRepository, onError: (error: unknown) => void) {
    super((revision, limit) => repository.changesSince(revision, limit), PAGE, onError);
  }

  override searched(): Iterable<number> {
    return this.index.passageIds();
  }

  override isSearched(id: number): boolean {
    return this.index.get(id) !== undefined;
  }

  protected override searchedIn({ id, passages }: DocumentChange): SearchedChange {
    return { added: passages.map((passage) => passage.id), removed: this.index.passagesOf(id) };
  }

  protected override apply({ id, document, passages }: DocumentChange): void {
    if (document === undefined) this.index.delete(id);
    else this.index.set(document, passages);
  }
}
