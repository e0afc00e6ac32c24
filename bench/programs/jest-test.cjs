// A test file; jest.sh makes several of it.
test('holds memory', async () => {
  const held = Array.from({ length: 300_000 }, (_, number) => ({ number, text: `${number}` }));
  await new Promise((resolve) => setTimeout(resolve, 200));
  expect(held.length).toBe(300_000);
});
