import { sentimentEnglish } from './sentiment-english';
import { conversationsEnglish } from './conversations-english';
import { modelsEnglish } from './models-english';
import { recommendationsEnglish } from './recommendations-english';
import { updatesEnglish } from './updates-english';

/** What every screen says, in English: the texts that other languages must have as well. */
export const english = {
  app: {
    name: 'Attune',
    skip: 'Skip to the content',
    navigation: 'Screens',
    conversations: 'Conversations',
    sentiment: 'Sentiment',
    recommendations: 'Recommendations',
    models: 'Models',
    language: 'Language',
    theme: 'Appearance',
    themes: { system: 'As the system', light: 'Light', dark: 'Dark' },
    keys: 'API keys',
    notFound: 'There is no such page.',
    services: {
      'customer-service': 'Customer service',
      'sentiment-monitor': 'Sentiment monitor',
      recommender: 'Recommender',
      trainer: 'Trainer',
    },
  },
  state: {
    loading: 'Loading',
    retry: 'Try again',
    offline: 'This browser is offline. What you see may be old.',
    unreachable: 'The {{service}} does not answer. Is it running?',
    needsKey: 'The {{service}} wants an API key.',
    enterKey: 'Enter keys',
    failed: 'That did not work.',
    close: 'Close',
    cancel: 'Cancel',
    save: 'Save',
    delete: 'Delete',
    edit: 'Edit',
    more: 'Show more',
    search: 'Search',
    saved: 'Saved',
    yes: 'Yes',
    no: 'No',
    none: 'none',
    broken: 'This screen came across a fault.',
    live: 'Live',
    reconnecting: 'Reconnecting',
    sending: 'Sending',
    sent: 'Sent; the service reads it',
  },
  conversations: conversationsEnglish,
  sentiment: sentimentEnglish,
  models: modelsEnglish,
  updates: updatesEnglish,
  keys: {
    title: 'API keys',
    explanation: 'Services that ask for keys get these. They stay in the memory of this page and are gone when it is loaded anew.',
    all: 'Key of all services',
    own: 'Another key for the {{service}}',
    use: 'Use these keys',
  },
  recommendations: recommendationsEnglish,
} as const;
