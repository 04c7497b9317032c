import tseslint from 'typescript-eslint';

export default tseslint.config(
  { ignores: ['dist/**', '**/build/**', '**/.cache/**', 'node_modules/**', '**/*.mjs'] },
  ...tseslint.configs.strictTypeChecked,
  {
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    linterOptions: { reportUnusedDisableDirectives: 'error' },
    rules: {
      // A promise nobody waits for is a lost job or a silent stop: the rule this project cares about most.
      '@typescript-eslint/no-floating-promises': 'error',
      '@typescript-eslint/no-misused-promises': 'error',
      '@typescript-eslint/switch-exhaustiveness-check': ['error', { considerDefaultExhaustiveForUnions: true }],
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true, allowBoolean: true }],
      '@typescript-eslint/no-confusing-void-expression': ['error', { ignoreArrowShorthand: true }],
      '@typescript-eslint/consistent-type-imports': ['error', { fixStyle: 'inline-type-imports' }],
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_', varsIgnorePattern: '^_' }],
      // Control characters are this domain's daily bread (SMTP, AUTH, log escaping).
      'no-control-regex': 'off',
      // Waiting goes through the Clock port, so that tests advance time and stop() can end every wait.
      'no-restricted-globals': [
        'error',
        { name: 'setTimeout', message: 'Wait through the Clock port (core/ports.ts).' },
        { name: 'setInterval', message: 'Wait through the Clock port (core/ports.ts).' },
      ],
      'no-restricted-imports': [
        'error',
        {
          paths: [
            { name: 'node:timers/promises', message: 'Wait through the Clock port (core/ports.ts).' },
            { name: 'node:timers', message: 'Wait through the Clock port (core/ports.ts).' },
          ],
        },
      ],
    },
  },
  {
    files: ['src/system-clock.ts'],
    rules: { 'no-restricted-imports': 'off' },
  },
  {
    // Pages wait by the browser's clock.
    files: ['test/**', 'src/simulator/**', 'cross-build/**', 'panel-ui/**'],
    rules: {
      'no-restricted-globals': 'off',
      'no-restricted-imports': 'off',
      '@typescript-eslint/no-non-null-assertion': 'off',
    },
  },
);
