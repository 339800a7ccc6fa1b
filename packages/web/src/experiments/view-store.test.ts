import { describe, expect, it } from 'vitest'
import { keepViews, readViews, withView } from './view-store.ts'

const holding = (text: string | null) => ({ getItem: () => text })
const view = { name: 'best', href: '/experiments/3?sort=-metrics.auc' }

describe('saved views', () => {
  it('are read as they were kept', () => {
    const kept = new Map<string, string>()
    expect(keepViews({ setItem: (key, text) => kept.set(key, text) }, withView([], view))).toBe(true)
    expect(readViews({ getItem: (key) => kept.get(key) ?? null })).toEqual([view])
  })

  it('replace one of the same name', () => {
    expect(withView([view], { ...view, href: '/experiments/4' })).toEqual([{ name: 'best', href: '/experiments/4' }])
  })

  it.each([null, '{', '{}', '[{"name":"x","href":"javascript:alert(1)"}]', '[3]'])('are none in %s', (text) => {
    expect(readViews(holding(text))).toEqual([])
  })

  it('say when nothing can be kept', () => {
    const full = {
      setItem: () => {
        throw new Error('full')
      },
    }
    expect(keepViews(full, [view])).toBe(false)
  })
})
