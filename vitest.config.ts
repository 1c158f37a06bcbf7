import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: { include: ['test/**/*.test.ts', 'src/**/*.test.ts', 'sandbox/**/*.test.ts'], testTimeout: 30_000 },
});
