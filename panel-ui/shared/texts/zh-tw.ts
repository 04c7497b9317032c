import { type SharedTexts } from './texts.ts';

export const sharedTexts: SharedTexts = {
  loading: '載入中……',
  tryAgain: '再試一次',
  close: '關閉',
  cancel: '取消',
  copy: '複製',
  copied: '已複製',
  whatToDo: '處理方式',
  toPassOn: '請轉告',
  whoMends: '可由誰處理：',
  people: {
    person: '掃描的人',
    technician: '裝置旁的技術人員',
    administrator: '組織的管理員',
    network: '網路負責人',
    developer: '技術支援',
    nobody: '無需任何人，會自動恢復',
  },
  toSupport: '傳送給技術支援的內容',
  noAnswer: '郵件代理程式沒有回應。',
  connectionLost: '與郵件代理程式的連線已中斷，正在重試……',
  wentWrong: '操作未成功',
  lamps: { green: '綠色', amber: '黃色', red: '紅色', off: '熄滅' },
};
