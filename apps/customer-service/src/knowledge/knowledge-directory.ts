import type { Entry } from '@attune/contracts';
import { KnowledgeIndex } from '@attune/dialogue';
import { RevisedDirectory, type SearchedChange } from '../resources/revised-directory';
import type { EntryChange, EntryRepository } from './entry-repository';

/** Changes that are fetched at once. */
const PAGE = 1_000;

/** The knowledge as this process knows it. */
export class KnowledgeDirectory extends RevisedDirectory<EntryChange> {
  private readonly known = new Map<string, Entry>();
  readonly index = new KnowledgeIndex();

  constructor(repository: EntryRepository, onError: (error: unknown) => void) {
    super((revision, limit) => repository.changesSince(revision, limit), PAGE, onError);
  }

  get(id: string): Entry | undefined {
    return this.known.get(id);
  }

  override searched(): Iterable<number> {
    return this.index.textIds();
  }

  override isSearched(id: number): boolean {
    return this.index.entryOf(id) !== undefined;
  }

  protected override searchedIn({ id, texts }: EntryChange): SearchedChange {
    return { added: texts.map((text) => text.id), removed: this.index.textsOf(id).map((text) => text.id) };
  }

  protected override apply({ id, entry, texts }: EntryChange): void {
    if (entry === undefined) {
      this.known.delete(id);
      this.index.delete(id);
    } else {
      this.known.set(id, entry);
      this.index.set(entry, texts);
    }
  }
}
