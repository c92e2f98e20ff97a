import { BrainCircuit, KeyRound, MessagesSquare, Newspaper, Sparkles } from 'lucide-react';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { Link, useRoute } from 'wouter';
import { Button } from '../components/button';
import { Choice } from '../components/choice';
import { chooseLanguage, LANGUAGES, type Language } from '../i18n/languages';
import { openKeys } from './keys-dialog';
import { chooseTheme, THEMES, useTheme } from './theme';

const SCREENS = [
  { name: 'conversations', Icon: MessagesSquare },
  { name: 'sentiment', Icon: Newspaper },
  { name: 'recommendations', Icon: Sparkles },
  { name: 'models', Icon: BrainCircuit },
] as const;

/** The screens, and how the console looks. */
export function SideBar(): ReactNode {
  const { t, i18n } = useTranslation();
  const { theme } = useTheme();
  return (
    <div className="side-bar">
      <div className="brand">
        <img className="brand-mark" src="/favicon.svg" alt="" />
        {t('app.name')}
      </div>
      <nav className="side-links" aria-label={t('app.navigation')}>
        {SCREENS.map((screen) => (
          <ScreenLink key={screen.name} {...screen} />
        ))}
      </nav>
      <div className="side-settings">
        <Button small onPress={openKeys}>
          <KeyRound size={15} aria-hidden /> {t('app.keys')}
        </Button>
        <Choice
          label={t('app.language')}
          value={i18n.language as Language}
          onChange={chooseLanguage}
          options={(Object.keys(LANGUAGES) as Language[]).map((value) => ({ value, text: LANGUAGES[value] }))}
        />
        <Choice
          label={t('app.theme')}
          value={theme}
          onChange={chooseTheme}
          options={THEMES.map((value) => ({ value, text: t(`app.themes.${value}`) }))}
        />
      </div>
    </div>
  );
}

function ScreenLink({ name, Icon }: (typeof SCREENS)[number]): ReactNode {
  const { t } = useTranslation();
  const [isHere] = useRoute(`/${name}/*?`);
  return (
    <Link href={`/${name}`} className="side-link" aria-current={isHere ? 'page' : undefined}>
      <Icon size={18} aria-hidden /> {t(`app.${name}`)}
    </Link>
  );
}
