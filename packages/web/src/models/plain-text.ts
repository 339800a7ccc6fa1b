/** The beginning of a Markdown text as one line without its marks. */
export const plainText = (markdown: string): string =>
  markdown
    .replace(/[#*_>`]+/g, '')
    .replace(/\s+/g, ' ')
    .trim()
    .slice(0, 200)
