import './strict-csp.ts';
import '@odradek/ui/theme/fonts.ts';
import '@odradek/ui/theme/tokens.css';
import '@odradek/ui/theme/base.css';
import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { createApiClient } from '../shared/api-client.ts';
import { followTheme } from '../shared/theme.ts';
import { createTokenStore } from '../shared/token.ts';
import { Console } from './console.tsx';
import { createQueryClient } from './query-client.ts';
import { createConsoleRouter } from './router.tsx';

const place = document.getElementById('root');
if (!place) throw new Error('index.html has no #root');

const { location, history, localStorage: storage } = window;
const tokens = createTokenStore({ location, history, storage });
const api = createApiClient(tokens, (input, init) => fetch(input, init));
followTheme();

createRoot(place).render(
  <StrictMode>
    <Console api={api} tokens={tokens} router={createConsoleRouter()} queryClient={createQueryClient()} />
  </StrictMode>,
);
