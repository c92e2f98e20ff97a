import { keyOf, type ServiceName } from './keys';
import { problemOf, ServiceProblem } from './problem';
import { baseUrl } from './services';

/** A file to send. */
export interface FileToSend {
  readonly service: ServiceName;
  /** With its query, such as `/v1/documents?title=Warranty`. */
  readonly path: string;
  readonly file: Blob;
  readonly mediaType: string;
  /** Told the share that has left the browser, of 1. `fetch` tells nothing of what it sends. */
  onProgress(share: number): void;
}

/**
 * Posts a file to a service with its key.
 *
 * @returns the answer
 * @throws {ServiceProblem} where the service refuses or does not answer
 */
export function sendFile({ service, path, file, mediaType, onProgress }: FileToSend): Promise<Response> {
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    request.open('POST', baseUrl(service) + path);
    request.responseType = 'blob';
    request.setRequestHeader('content-type', mediaType);
    const key = keyOf(service);
    if (key !== undefined) request.setRequestHeader('authorization', `Bearer ${key}`);
    request.upload.onprogress = ({ loaded, total }) => onProgress(total === 0 ? 1 : loaded / total);
    request.onerror = () => reject(new ServiceProblem(service, 0, 'The connection broke.'));
    request.onload = () => {
      const { status, statusText, response } = request;
      const answer = new Response(response as Blob, { status, statusText });
      if (answer.ok) resolve(answer);
      else void problemOf(service, answer).then(reject, reject);
    };
    request.send(file);
  });
}
