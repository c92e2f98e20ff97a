import { lazy, Suspense, type ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { I18nProvider, RouterProvider } from 'react-aria-components';
import { Redirect, Route, Switch, useLocation } from 'wouter';
import { Empty } from '../components/empty';
import { Loading } from '../components/loading';
import { FaultBoundary } from './fault-boundary';
import { KeysDialog } from './keys-dialog';
import { OfflineNotice } from './offline-notice';
import { SideBar } from './side-bar';
import './app.css';

const ConversationsScreen = lazy(() => import('../screens/conversations/conversations-screen'));
const SentimentScreen = lazy(() => import('../screens/sentiment/sentiment-screen'));
const RecommendationsScreen = lazy(() => import('../screens/recommendations/recommendations-screen'));
const ModelsScreen = lazy(() => import('../screens/models/models-screen'));

/** The console: its navigation, and the screen that the address names. */
export function App(): ReactNode {
  const { t, i18n } = useTranslation();
  const [location, navigate] = useLocation();
  return (
    <I18nProvider locale={i18n.language}>
      <RouterProvider navigate={navigate}>
        <a className="skip-link" href="#content">
          {t('app.skip')}
        </a>
        <div className="frame">
          <SideBar />
          <main id="content" className="content" tabIndex={-1}>
            <OfflineNotice />
            <FaultBoundary key={location.split('/')[1]}>
              <Suspense fallback={<Loading />}>
                <Switch>
                  <Route path="/">
                    <Redirect to="/conversations" replace />
                  </Route>
                  <Route path="/conversations/*?" component={ConversationsScreen} />
                  <Route path="/sentiment/*?" component={SentimentScreen} />
                  <Route path="/recommendations/*?" component={RecommendationsScreen} />
                  <Route path="/models/*?" component={ModelsScreen} />
                  <Route>
                    <Empty>{t('app.notFound')}</Empty>
                  </Route>
                </Switch>
              </Suspense>
            </FaultBoundary>
          </main>
        </div>
        <KeysDialog />
      </RouterProvider>
    </I18nProvider>
  );
}
