import { spawn } from 'node:child_process'
import { rmSync } from 'node:fs'
import { atMost, type Benchmark } from '../claim.ts'
import { treePssMb } from '../process-tree.ts'
import { ROOT, temporaryFolder } from '../regia-process.ts'

/** The main job from raw data to a retrained model in production: how long, and how much memory at its height. */
export const measureDemo: Benchmark = async (say) => {
  say('demo: the whole story, once')
  const home = temporaryFolder()
  const startedAt = performance.now()
  const child = spawn('npm', ['run', 'demo', '--', '--exit', '--json', '--port', '0'], {
    cwd: ROOT,
    env: { ...process.env, REGIA_HOME: home },
    stdio: ['ignore', 'ignore', 'inherit'],
  })
  let peakMb = 0
  const sampling = setInterval(() => {
    peakMb = Math.max(peakMb, treePssMb(child.pid!))
  }, 500)
  const exitCode = await new Promise<number | null>((resolve) => child.once('exit', resolve))
  clearInterval(sampling)
  rmSync(home, { recursive: true, force: true })
  if (exitCode !== 0) throw new Error(`npm run demo ended with exit code ${exitCode}`)
  return [
    atMost('the whole loop on three million flights', (performance.now() - startedAt) / 60_000, 'min', 5),
    atMost('peak memory of its process tree (PSS)', peakMb, 'MB', 2560),
  ]
}
