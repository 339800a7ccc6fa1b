/** Things without names of their own, each with a key by its place: for lists whose order never changes. */
export const inOrder = <Item>(items: readonly Item[]): readonly { readonly key: string; readonly item: Item }[] =>
  items.map((item, i) => ({ key: `place ${i}`, item }))
