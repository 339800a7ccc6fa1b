import { execFile } from 'node:child_process'
import { chmod, mkdir, mkdtemp, readFile, readlink, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { parse } from 'yaml'
import type { BundledModel } from '../../../packages/regia/src/bundles/bundle-target.ts'
import { bundleOf, type Files, textOf, tripsModel } from './bundle-lab.ts'

const run = promisify(execFile)

/** What the user data of a machine does at its first start and later, with a folder in place of the bucket and a process in place of systemd. */
describe('a machine', () => {
  let model: BundledModel
  let root: string
  let script: string
  const port = 20_000 + (process.pid % 10_000)
  beforeAll(async () => {
    model = await tripsModel()
    root = await mkdtemp(join(tmpdir(), 'regia-machine-'))
    for (const folder of ['bin', 'bucket', 'opt/late-trips/releases'])
      await mkdir(join(root, folder), { recursive: true })
    await program('aws', 'for last; do before=$from; from=$last; done; cp "$ROOT/bucket/$(basename "$before")" "$from"')
    await program('systemctl', START)
    await program('journalctl', 'cat "$ROOT/server.log"')
    const first = await release(3)
    const userData = parse(textOf(first, 'user-data.yaml'))
    script = join(root, 'install-model')
    await writeFile(script, userData.write_files[0].content.replaceAll('/opt/', `${root}/opt/`))
  })
  afterAll(async () => {
    await systemctl('stop')
    await rm(root, { recursive: true, force: true })
  })

  const program = async (name: string, body: string) => {
    await writeFile(join(root, 'bin', name), `#!/bin/bash\nset -e\n${body}\n`)
    await chmod(join(root, 'bin', name), 0o755)
  }
  const env = () => ({
    PATH: `${join(root, 'bin')}:/usr/bin:/bin`,
    ROOT: root,
    NODE: process.execPath,
    PORT: String(port),
  })
  const systemctl = (verb: string) => run(join(root, 'bin/systemctl'), [verb], { env: env() })
  const install = (...args: readonly string[]) => run('bash', [script, ...args], { env: env(), timeout: 90_000 })
  /** Makes a bundle and puts its archive into the bucket. */
  const release = async (version: number): Promise<Files> => {
    const files = await bundleOf({ ...model, version }, 'ec2', [`node=${process.execPath}`, `port=${port}`])
    await writeFile(join(root, `bucket/late-trips-${version}.tar.gz`), files.get(`late-trips-${version}.tar.gz`) ?? '')
    return files
  }
  const digestOf = (files: Files): string => parse(textOf(files, 'user-data.yaml')).runcmd.at(-1)[2]
  const served = async () => (await (await fetch(`http://127.0.0.1:${port}/health`)).json()).version

  it('fetches a release, checks it and returns once it answers', async () => {
    const [program, version, sha256] = parse(textOf(await release(3), 'user-data.yaml')).runcmd.at(-1)
    expect(program).toBe('/usr/local/sbin/install-model')
    await install(version, sha256)
    expect(await served()).toBe(3)
    expect(await readlink(join(root, 'opt/late-trips/current'))).toBe(join(root, 'opt/late-trips/releases/3'))
  })

  it('keeps what runs when an archive is not what it should be', async () => {
    await release(4)
    await expect(install('4', '0'.repeat(64))).rejects.toThrow(/FAILED|did NOT match/)
    await expect(install('5', '0'.repeat(64))).rejects.toThrow()
    expect(await served()).toBe(3)
  })

  it('goes on to the next release, and back to one that it has', async () => {
    await install('4', digestOf(await release(4)))
    expect(await served()).toBe(4)
    await rm(join(root, 'bucket'), { recursive: true })
    await install('3')
    expect(await served()).toBe(3)
    expect(await readFile(join(root, 'server.log'), 'utf8')).toContain('"event":"stopped"')
  })
})

/** Ends what runs, if anything, and with `restart` begins anew; as systemd does, by a signal and in the background. */
const START = `
if [ -f "$ROOT/pid" ]; then
  kill "$(cat "$ROOT/pid")" 2>/dev/null || true
  while kill -0 "$(cat "$ROOT/pid")" 2>/dev/null; do sleep 0.1; done
  rm "$ROOT/pid"
fi
[ "$1" = restart ] || exit 0
REGIA_HOST=127.0.0.1 REGIA_PORT=$PORT REGIA_DRAIN_MS=0 setsid "$NODE" "$ROOT/opt/late-trips/current/server.mjs" >> "$ROOT/server.log" 2>&1 < /dev/null &
echo $! > "$ROOT/pid"
`
