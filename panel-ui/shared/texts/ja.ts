import { type SharedTexts } from './texts.ts';

export const sharedTexts: SharedTexts = {
  loading: '読み込み中……',
  tryAgain: '再試行',
  close: '閉じる',
  cancel: 'キャンセル',
  copy: 'コピー',
  copied: 'コピーしました',
  whatToDo: '対処方法',
  toSupport: 'サポートに送る内容',
  noAnswer: 'メール エージェントが応答しません。',
  connectionLost: 'メール エージェントとの接続が切れました。再接続しています……',
  wentWrong: '操作を完了できませんでした',
  lamps: { green: '緑', amber: '黄', red: '赤', off: '消灯' },
};
