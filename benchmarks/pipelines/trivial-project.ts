import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { ROOT, temporaryFolder } from '../regia-process.ts'

/** A project whose pipeline is one long chain of steps that count: nothing can run beside anything. */
export function projectWithChain(length: number): string {
  const project = temporaryFolder()
  mkdirSync(path.join(project, 'pipelines'))
  symlinkSync(path.join(ROOT, 'node_modules'), path.join(project, 'node_modules'))
  writeFileSync(path.join(project, 'package.json'), '{ "name": "chain", "type": "module" }')
  writeFileSync(
    path.join(project, 'regia.config.ts'),
    `import { defineConfig } from 'regia'
export default defineConfig({ name: 'chain',
  environments: { local: { stack: { executor: 'local' } }, inProcess: { stack: { executor: 'inProcess' } } } })
`,
  )
  writeFileSync(
    path.join(project, 'pipelines/chain.ts'),
    `import { pipeline, step, z } from 'regia'
export const increment = step({ name: 'increment', in: { n: z.number() }, out: { n: z.number() }, run: ({ n }) => ({ n: n + 1 }) })
export default pipeline('chain', {}, () => {
  let { n } = increment({ n: 0 })
  for (let i = 1; i < ${length}; i++) n = increment({ n }).n
})
`,
  )
  return project
}
