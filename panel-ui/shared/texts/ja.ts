import { type SharedTexts } from './texts.ts';

export const sharedTexts: SharedTexts = {
  loading: '読み込み中……',
  tryAgain: '再試行',
  close: '閉じる',
  cancel: 'キャンセル',
  copy: 'コピー',
  copied: 'コピーしました',
  whatToDo: '対処方法',
  toPassOn: '担当者に伝える内容',
  whoMends: '対処できる人:',
  people: {
    person: 'スキャンする人',
    technician: '本機の前にいる技術者',
    administrator: '組織の管理者',
    network: 'ネットワークの担当者',
    developer: 'サポート',
    nobody: '不要（自動的に回復します）',
  },
  toSupport: 'サポートに送る内容',
  noAnswer: 'メール エージェントが応答しません。',
  connectionLost: 'メール エージェントとの接続が切れました。再接続しています……',
  wentWrong: '操作を完了できませんでした',
  lamps: { green: '緑', amber: '黄', red: '赤', off: '消灯' },
};
