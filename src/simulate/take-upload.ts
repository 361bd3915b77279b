import { json, type Answer } from './answer.js';
import { answerToDuplicate } from './duplicates.js';
import type { Exchange } from './exchange.js';
import { runningOf } from './item.js';
import { submissionObject } from './objects.js';
import { receiveFile, type ReceivedFile } from './receive-file.js';

/** Receives one file of at most `limitBytes`, remembers that it came, and starts its analysis unless it is refused. */
export async function takeUpload(exchange: Exchange, limitBytes: number): Promise<Answer> {
  const reception = await receiveFile(exchange.request, exchange.settings.scenario, limitBytes);
  if (reception.kind === 'refused') return reception.answer;
  const { file } = reception;
  exchange.name(file.sha256);
  const { answer, accepted } = accept(exchange, file);
  const { sha256, sizeBytes, filename } = file;
  exchange.world.uploads.push({ sha256, sizeBytes, filename, at: exchange.settings.now(), accepted });
  return answer;
}

function accept(exchange: Exchange, received: ReceivedFile): { readonly answer: Answer; readonly accepted: boolean } {
  const { world, key, settings } = exchange;
  const refusal = exchange.onReceipt(received);
  if (refusal !== undefined) return { answer: refusal, accepted: false };
  const now = settings.now();
  const known = world.findFile(received.sha256);
  const running = known === undefined ? undefined : runningOf(known, now);
  if (running !== undefined) return { answer: answerToDuplicate(running, exchange), accepted: false };
  const file = world.admitFile(received, key, now);
  return { answer: json(submissionObject(world.analyse(file, now), exchange)), accepted: true };
}
