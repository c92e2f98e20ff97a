import type { components } from '../../api/generated/customer-service';

type Schemas = components['schemas'];
export type Conversation = Schemas['Conversation'];
export type Message = Schemas['Message'];
export type Entry = Schemas['Entry'];
export type EntryInput = Schemas['CreateEntryRequest'];
export type Feedback = Schemas['CreateFeedbackResponse'];
export type Gap = Schemas['ListGapsResponse']['items'][number];
export type Handoff = Schemas['ClaimHandoffResponse'];
export type Citation = NonNullable<Message['reply']>['citations'][number];
export type KnowledgeDocument = Schemas['Document'];
