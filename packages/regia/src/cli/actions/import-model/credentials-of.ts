import { RegiaError, type UpstreamCredentials } from '@regia/core'
import { type SecretInput, secretOf } from '../secret-of.ts'

/**
 * What another server demands: the token behind `--secret-env` or `--secret-file`, sent as `--secret-as` says.
 *
 * @throws RegiaError `INVALID_INPUT` for a way that there is not, or a way without a secret.
 */
export function credentialsOf(
  input: SecretInput & { readonly secretAs: string | undefined },
): UpstreamCredentials | undefined {
  const secret = secretOf(input)
  const { secretAs = 'bearer' } = input
  if (!secret) {
    if (input.secretAs === undefined) return undefined
    throw wrong(
      '"--secret-as" says how a secret is sent, but no secret is named.',
      'Add --secret-env or --secret-file.',
    )
  }
  const [, kind, name] = /^(bearer|basic|header)(?::(.+))?$/.exec(secretAs) ?? []
  if (kind === 'bearer' && name === undefined) return { kind, secret }
  if (kind === 'basic' && name !== undefined) return { kind, user: name, secret }
  if (kind === 'header' && name !== undefined) return { kind: 'headers', headers: { [name]: secret } }
  throw wrong(`A secret cannot be sent as "${secretAs.slice(0, 100)}".`, 'Write bearer, basic:USER or header:NAME.')
}

const wrong = (message: string, hint: string): RegiaError =>
  new RegiaError('INVALID_INPUT', message, { where: '--secret-as', hint })
