import { digestOf, type GraphStep, graphStepSchema, type PipelineGraph, pipelineGraphSchema } from '@regia/core'
import { describe, expect, it } from 'vitest'
import { mermaidOf } from './mermaid.ts'

const VALUE = { kind: 'value', schema: {} } as const
const step = (id: string, rest: Partial<GraphStep> = {}): GraphStep => {
  const inputTypes = Object.fromEntries(Object.keys(rest.inputs ?? {}).map((name) => [name, VALUE]))
  const known = { id, name: id.split('.').at(-1), kind: 'code', inputs: {}, outputs: {}, codeDigest: digestOf(id) }
  return graphStepSchema.parse({ ...known, inputTypes, ...rest })
}
const from = (of: string, output: string) => ({ from: 'step', step: of, output }) as const
const graph = (...steps: readonly GraphStep[]): PipelineGraph =>
  pipelineGraphSchema.parse({ name: 'delays', params: {}, steps })

describe('mermaidOf', () => {
  it('draws kinds, frames, conditions and maps', () => {
    const drawn = mermaidOf(
      graph(
        step('load', { inputs: { rows: { from: 'dataset', name: 'trips' }, day: { from: 'param', name: 'day' } } }),
        step('prepare.clean', { group: 'prepare', inputs: { rows: from('load', 'rows') } }),
        step('prepare.deep.scale', {
          group: 'prepare.deep',
          kind: 'command',
          inputs: { rows: from('prepare.clean', 'out') },
        }),
        step('train', {
          map: { input: 'depth', by: { kind: 'items' }, minimumSuccess: 1 },
          inputs: { depth: { from: 'param', name: 'depths' }, seed: { from: 'value', value: 7 } },
        }),
        step('check', { kind: 'gate', inputs: { model: from('train', 'model') } }),
        step('ask', { kind: 'approve' }),
        step('keep', {
          kind: 'register',
          inputs: { model: { from: 'either', items: [from('train', 'model'), from('load', 'model')] } },
          when: [
            { ref: from('check', 'auc'), is: 'at-least', value: 0.7 },
            { ref: from('ask', 'approved'), is: 'equal', value: true },
          ],
        }),
      ),
    )
    expect(drawn).toMatchInlineSnapshot(`
      "flowchart TD
        d0[("dataset trips")]
        d1(["param day"])
        d2(["param depths"])
        s0["load"]
        s3["train<br/>for each of depth"]
        s4{{"check<br/>gate"}}
        s5{"ask<br/>approve"}
        s6[("keep<br/>register")]
        subgraph g_prepare["prepare"]
          s1["clean"]
          subgraph g_prepare_2e_deep["deep"]
            s2[["scale<br/>command"]]
          end
        end
        d0 -->|"trips as rows"| s0
        d1 -->|"day"| s0
        s0 -->|"rows"| s1
        s1 -->|"out as rows"| s2
        d2 -->|"depths as depth"| s3
        s3 -->|"model"| s4
        s3 -->|"model"| s6
        s0 -->|"model"| s6
        s4 -.->|"if check.auc ≥ 0.7"| s6
        s5 -.->|"if ask.approved"| s6
        classDef source fill:none,stroke-dasharray:2
        class d0,d1,d2 source"
    `)
  })

  it('leaves nothing for Mermaid or a browser to understand otherwise', () => {
    const name = '"]; end\n<script>alert(1)</script> %% #quot; `x` | {a}'
    const drawn = mermaidOf(graph(step('a', { inputs: { [name]: from('b', name) } }), step('b')))
    expect(drawn.split('\n')[3]).toBe(
      '  s1 -->|"#34;#93;#59; end<br/>#60;script#62;alert#40;1#41;#60;/script#62; %% #35;quot#59; #96;x#96; #124; #123;a#125;"| s0',
    )
    expect(drawn.split('\n')).toHaveLength(4)
  })
})
