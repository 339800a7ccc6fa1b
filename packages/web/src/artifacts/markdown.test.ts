import { createElement } from 'react'
import { renderToStaticMarkup } from 'react-dom/server'
import { describe, expect, it } from 'vitest'
import Markdown from './markdown.tsx'

const drawn = (text: string) => renderToStaticMarkup(createElement(Markdown, { text }))

describe('Markdown', () => {
  it('draws headings under those of the page, lists, tables and code', () => {
    expect(drawn('# A\n\n**b** `c`')).toBe('<h3>A</h3><p><strong>b</strong> <code>c</code></p>')
    expect(drawn('- a\n- b')).toBe('<ul><li>a</li><li>b</li></ul>')
    expect(drawn('| a | b |\n|---|--:|\n| 1 | 2 |')).toContain('<td style="text-align:right">2</td>')
    expect(drawn('```\na < b && c\n```')).toBe('<pre>a &lt; b &amp;&amp; c</pre>')
  })
  it('shows HTML as the text that it is', () => {
    expect(drawn('<script>alert(1)</script>')).toBe('&lt;script&gt;alert(1)&lt;/script&gt;')
    expect(drawn('a <img src=x onerror=alert(1)> b')).not.toContain('<img')
    expect(drawn('&lt;b&gt; & "q"')).not.toContain('<b>')
  })
  it('links to the web and nowhere else', () => {
    expect(drawn('[a](https://example.com)')).toContain('href="https://example.com"')
    expect(drawn('[a](javascript:alert(1))')).toBe('<p>a</p>')
    expect(drawn('[a](data:text/html,x)')).toBe('<p>a</p>')
    expect(drawn('[a](/api/v1/garbage)')).toBe('<p>a</p>')
  })
  it('shows pictures that are in the text, and fetches none', () => {
    expect(drawn('![a](data:image/png;base64,QUJD)')).toContain('<img src="data:image/png;base64,QUJD"')
    expect(drawn('![a](https://example.com/pixel.png)')).toBe('<p>[a]</p>')
    expect(drawn('![a](data:image/svg+xml;base64,QUJD)')).toBe('<p>[a]</p>')
  })
})
