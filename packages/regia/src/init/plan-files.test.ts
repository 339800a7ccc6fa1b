import { describe, expect, it } from 'vitest'
import { type InitRequest, planFiles } from './plan-files.ts'
import { CI_FILES, type CiService, PROJECT_TEMPLATES, type ProjectTemplate } from './templates.ts'

const plain: InitRequest = {
  project: 'churn',
  template: undefined,
  ci: [],
  devContainer: false,
  pipeline: 'train',
  params: ['rows=data/a b.csv', 'depth=3'],
  version: '1.2.3',
}

describe('planFiles', () => {
  it.each(Object.keys(CI_FILES) as CiService[])('%s runs the pipeline with its parameters', async (service) => {
    const [file] = await planFiles({ ...plain, ci: [service] })
    expect(file?.path).toBe(CI_FILES[service])
    expect(file?.text).toContain("npx regia run train --param 'rows=data/a b.csv' --param depth=3 --junit")
  })

  it.each(Object.keys(PROJECT_TEMPLATES) as ProjectTemplate[])('%s has no mark left', async (template) => {
    const files = await planFiles({ ...plain, template, ci: ['github'], devContainer: true })
    const paths = files.map(({ path }) => path)
    expect(paths).toEqual(expect.arrayContaining(['package.json', 'regia.config.ts', '.gitignore', 'README.md']))
    for (const { text } of files) expect(text).not.toMatch(/%[A-Z]+%/)
    const manifest = JSON.parse(files.find(({ path }) => path === 'package.json')!.text)
    expect(manifest).toMatchObject({ name: 'churn', dependencies: { regia: '1.2.3' } })
  })
})
