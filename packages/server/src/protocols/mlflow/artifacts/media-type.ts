import { endingOf, typeOfName } from '../../../http/media-types.ts'

/** Endings, and whole names without one, that the protocol sends as plain text, so that no browser runs them. */
const PLAIN_TEXT = new Set(
  (
    'txt log err cfg conf cnf cf ini properties prop hocon toml yaml yml xml json js py py3 csv tsv md rst ipynb ' +
    'MLmodel MLproject mlproject'
  ).split(' '),
)

export function mediaTypeOfFile(name: string): string {
  const isText = PLAIN_TEXT.has(name) || PLAIN_TEXT.has(endingOf(name))
  return isText ? 'text/plain' : (typeOfName(name) ?? 'application/octet-stream')
}
