export const MASK = '***'

const SECRET_WORDS = new Set([
  ...['password', 'passwd', 'passphrase', 'pass', 'pwd', 'secret', 'secrets', 'token', 'apikey', 'credential'],
  ...['credentials', 'auth', 'authorization', 'bearer'],
])
const KEY_OWNERS = new Set(['api', 'access', 'private', 'secret', 'encryption', 'signing'])
/** Keys of well-known services show themselves by how they begin. */
const TOKEN = /\b(sk-|ghp_|gho_|ghs_|github_pat_|glpat-|xox[abpr]-|AKIA|ASIA|hf_|eyJ[\w-]+\.)[\w.-]{8,}/g
const URL_PASSWORD = /(\b[a-z][a-z0-9+.-]*:\/\/[^\s:/@]*):[^\s@/]+@/gi
const BEARER = /\b(bearer|basic)\s+[\w.~+/=-]{6,}/gi

/**
 * A command's words with what looks like a secret masked: values of options and variables named like one (`--password=…`, `--api-key …`,
 * `DB_TOKEN=…`), passwords in addresses, keys of well-known services.
 *
 * @example maskSecrets(['train', '--api-key', 'abc', '--max-tokens', '5']) // ['train', '--api-key', '***', '--max-tokens', '5']
 */
export function maskSecrets(words: readonly string[]): string[] {
  return words.map((word, i) => {
    const before = words[i - 1]
    const isValue = before !== undefined && /^--?[^=]+$/.test(before) && !word.startsWith('--')
    if (isValue && isSecretName(before)) return MASK
    const named = /^(-{0,2}[\w.-]+)=(.+)$/s.exec(word)
    return named && isSecretName(named[1]!) ? `${named[1]}=${MASK}` : maskText(word)
  })
}

/** A text with the secrets masked that show themselves. */
export const maskText = (text: string): string =>
  text.replace(URL_PASSWORD, `$1:${MASK}@`).replace(BEARER, `$1 ${MASK}`).replace(TOKEN, MASK)

/** Whether something of this name is a secret: `dbPassword`, `API_KEY`, and neither `max-tokens` nor `tokenizer`. */
export function isSecretName(name: string): boolean {
  const words = name
    .replace(/([a-z0-9])([A-Z])/g, '$1 $2')
    .toLowerCase()
    .split(/[^a-z0-9]+/)
    .filter(Boolean)
  return words.some((word, i) => SECRET_WORDS.has(word) || (word === 'key' && KEY_OWNERS.has(words[i - 1] ?? '')))
}

/** The words as one line that a POSIX shell would read as them. */
export const shellText = (words: readonly string[]): string =>
  words.map((word) => (/^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`)).join(' ')
