import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { RegiaError } from '@regia/core'

/** Keeps texts that must be given back, such as the secret that signs a webhook, so that whoever reads the database alone learns nothing of them. */
export type Sealer = {
  /** @param owner - What it belongs to; it opens for no other. */
  readonly seal: (text: string, owner: string) => string
  /** @throws RegiaError `CONFIG_INVALID` where it was sealed in another home, or changed. */
  readonly open: (sealed: string, owner: string) => string
}

const KEY_BYTES = 32
const NONCE_BYTES = 12

/** Seals with AES-256-GCM. The key is made with the first text and lies in the home, `secrets.key`, readable by its owner alone. */
export function createSealer(home: string, random: (count: number) => Buffer = randomBytes): Sealer {
  const path = join(home, 'secrets.key')
  return {
    seal: (text, owner) => {
      const nonce = random(NONCE_BYTES)
      const cipher = createCipheriv('aes-256-gcm', findKey(path) ?? makeKey(path, random), nonce)
      cipher.setAAD(Buffer.from(owner))
      const content = Buffer.concat([cipher.update(text, 'utf8'), cipher.final()])
      return Buffer.concat([nonce, cipher.getAuthTag(), content]).toString('base64url')
    },
    open: (sealed, owner) => {
      const key = findKey(path)
      const text = key && decipher(Buffer.from(sealed, 'base64url'), key, owner)
      if (text !== undefined) return text
      throw new RegiaError(
        'CONFIG_INVALID',
        `The secret of ${owner} cannot be read: its key is not the one of this home.`,
        {
          where: path,
          hint: 'Bring "secrets.key" from where the database came from, or set the secret anew.',
        },
      )
    },
  }
}

function decipher(bytes: Buffer, key: Buffer, owner: string): string | undefined {
  const [nonce, tag] = [bytes.subarray(0, NONCE_BYTES), bytes.subarray(NONCE_BYTES, NONCE_BYTES + 16)]
  try {
    const opened = createDecipheriv('aes-256-gcm', key, nonce, { authTagLength: 16 })
    opened.setAAD(Buffer.from(owner))
    opened.setAuthTag(tag)
    return Buffer.concat([opened.update(bytes.subarray(NONCE_BYTES + 16)), opened.final()]).toString('utf8')
  } catch {
    return undefined
  }
}

function findKey(path: string): Buffer | undefined {
  try {
    const key = readFileSync(path)
    return key.byteLength === KEY_BYTES ? key : undefined
  } catch {
    return undefined
  }
}

/** A file that is there is never replaced: texts may be sealed with it. */
function makeKey(path: string, random: (count: number) => Buffer): Buffer {
  const key = random(KEY_BYTES)
  try {
    writeFileSync(path, key, { mode: 0o600, flag: 'wx' })
    return key
  } catch (cause) {
    throw new RegiaError('CONFIG_INVALID', `The key for secrets cannot be written to ${path}.`, {
      where: path,
      hint: 'It must hold 32 bytes that the server may read. Where it is broken, bring the right one or remove it and set secrets anew.',
      cause,
    })
  }
}
