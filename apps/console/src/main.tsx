import { QueryClient, QueryClientProvider } from '@tanstack/react-query';
import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { ServiceProblem } from './api/problem';
import { App } from './app/app';
import { startTheme } from './app/theme';
import { startLanguages } from './i18n/languages';
import './styles/tokens.css';
import './styles/base.css';
import './styles/layout.css';
import './styles/fields.css';

/** A refusal is final; what a service that starts or restarts did not answer is asked again. */
const mayComeTrue = (failures: number, error: unknown): boolean =>
  failures < 2 && (!(error instanceof ServiceProblem) || error.isUnreachable || error.status === 429);

const queries = new QueryClient({ defaultOptions: { queries: { retry: mayComeTrue, staleTime: 5_000 } } });

startTheme();
await startLanguages();
const root = document.getElementById('root');
if (root === null) throw new Error('The page has no element #root.');
createRoot(root).render(
  <StrictMode>
    <QueryClientProvider client={queries}>
      <App />
    </QueryClientProvider>
  </StrictMode>,
);
