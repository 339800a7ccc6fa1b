import type { Upload } from '../upload.ts'
import { shellText } from './command-line.ts'
import type { Provenance, Surroundings } from './provenance.ts'

/** Everything that Regia itself keeps of a run stands in this folder of its artifacts. */
export const OWN_FOLDER = 'regia'
export const PROVENANCE_FILE = `${OWN_FOLDER}/provenance.json`
export const DIFF_FILE = `${OWN_FOLDER}/uncommitted.diff`
export const PACKAGES_FILE = `${OWN_FOLDER}/packages.txt`
const LOCKFILE_BYTES = 10_000_000
const TAG_LENGTH = 5_000

/** The files that tell where a run comes from. */
export function provenanceFiles(provenance: Provenance, { diff, lockfile, python }: Surroundings): Upload[] {
  const packages = python?.packages ?? lockfile?.packages ?? []
  const isLockfileKept = lockfile !== undefined && lockfile.content.length <= LOCKFILE_BYTES
  return [
    { path: PROVENANCE_FILE, content: `${JSON.stringify(provenance, undefined, 2)}\n` },
    ...(diff.patch ? [{ path: DIFF_FILE, content: diff.patch }] : []),
    ...(packages.length > 0 ? [{ path: PACKAGES_FILE, content: `${packages.join('\n')}\n` }] : []),
    ...(isLockfileKept ? [{ path: `${OWN_FOLDER}/${lockfile.name}`, content: lockfile.content }] : []),
  ]
}

/** What runs can be found by. */
export function provenanceTags(provenance: Provenance): Record<string, string> {
  const { git, lockfile, python, command, folder, node, seed, machine } = provenance
  return {
    ...(git?.commit !== undefined && { 'git.commit': git.commit }),
    ...(git?.branch !== undefined && { 'git.branch': git.branch }),
    ...(git?.remote !== undefined && { 'git.remote': git.remote }),
    ...(git && { 'git.dirty': String(git.isDirty) }),
    ...(lockfile && { 'regia.lockfile': lockfile.digest }),
    'regia.command': shellText(command).slice(0, TAG_LENGTH),
    ...(folder !== '' && { 'regia.folder': folder }),
    'regia.seed': seed,
    ...(python ? { 'regia.python': python.version } : { 'regia.node': node }),
    'regia.platform': `${machine.platform} ${machine.arch}`,
  }
}
