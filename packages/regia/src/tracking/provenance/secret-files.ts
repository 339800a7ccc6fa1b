import { posix } from 'node:path'

const SECRET_NAMES = [
  /^\.env(\..+)?$/,
  /^\.envrc$/,
  /\.(pem|key|p12|pfx|jks|keystore|kdbx|ppk|asc|gpg)$/,
  /^id_(rsa|dsa|ecdsa|ed25519)/,
  /^\.?(npmrc|netrc|pypirc|pgpass|git-credentials|htpasswd|dockercfg)$/,
  /^(credentials?|secrets?|service[-_]?account[^/]*|kubeconfig)(\.(json|ya?ml|toml|ini|txt|csv|ts|js))?$/,
]
const SECRET_FOLDERS = new Set(['.ssh', '.aws', '.gnupg', '.kube', '.azure'])
/** What a template shows is nobody's secret. */
const TEMPLATE = /\.(example|sample|template|dist)$/

/** Whether a file most likely holds secrets, by its name: `.env`, keys, credentials of tools. @param path - With `/`. */
export function isSecretFile(path: string): boolean {
  const parts = path.toLowerCase().split('/')
  const name = posix.basename(path).toLowerCase()
  if (parts.slice(0, -1).some((part) => SECRET_FOLDERS.has(part))) return true
  return !TEMPLATE.test(name) && SECRET_NAMES.some((pattern) => pattern.test(name))
}
