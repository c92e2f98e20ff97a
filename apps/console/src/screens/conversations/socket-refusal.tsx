import type { ReactNode } from 'react';
import { ServiceProblem } from '../../api/problem';
import { Failure } from '../../components/failure';
import type { SocketState } from './use-conversation';

const REFUSED = new ServiceProblem('customer-service', 401, 'The service does not let this key follow the conversation.');

/** Says that the service did not let a conversation be followed: its WebSocket wants a key that may write. */
export function SocketRefusal({ state }: { readonly state: SocketState }): ReactNode {
  return state === 'refused' ? <Failure error={REFUSED} /> : null;
}
