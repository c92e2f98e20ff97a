import i18next from 'i18next';
import { initReactI18next } from 'react-i18next';
import { english } from './english';
import { readPreference, savePreference } from '../app/preferences';

/** Languages by the name that each has for itself. */
export const LANGUAGES = { en: 'English', zh: '中文' } as const;
export type Language = keyof typeof LANGUAGES;

/** Starts with the language that was chosen before, or that the browser prefers. */
export async function startLanguages(): Promise<void> {
  await i18next
    .use(initReactI18next)
    .init({ lng: 'en', fallbackLng: 'en', resources: { en: { translation: english } }, interpolation: { escapeValue: false } });
  const preferred = navigator.languages.map((tag) => tag.split('-')[0]).find(isLanguage);
  await changeLanguage(readPreference('language', isLanguage) ?? preferred ?? 'en');
}

/** Shows all texts in a language; other languages than English are loaded when they are wanted. */
export async function changeLanguage(language: Language): Promise<void> {
  if (language === 'zh' && !i18next.hasResourceBundle('zh', 'translation')) {
    const { chinese } = await import('./chinese');
    i18next.addResourceBundle('zh', 'translation', chinese);
  }
  await i18next.changeLanguage(language);
  document.documentElement.lang = language;
}

export function chooseLanguage(language: Language): void {
  savePreference('language', language);
  void changeLanguage(language);
}

function isLanguage(text: string | undefined): text is Language {
  return text !== undefined && text in LANGUAGES;
}
