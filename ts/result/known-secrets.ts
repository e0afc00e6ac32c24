/** Secrets with a format of their own, as their issuers document it. */

const words = [
  // GitHub, GitLab, Slack, Atlassian
  /gh[pousr]_[\w-]{8,}|github_pat_[\w-]{8,}/,
  /gl(?:pat|dt|rt|cbt|ptt|ft|soat|imt|agent|oas|ffct)-[\w.-]{8,}/,
  /xox[a-z]-[\w-]{8,}|xapp-[\w-]{8,}/,
  /AT(?:ATT|CTT|BB)3?[\w-]{24,}=?\w*/,
  // AWS, Google, DigitalOcean, Databricks
  /(?:AKIA|ASIA|ABIA|ACCA)[A-Z\d]{8,}/,
  /AIza[\w-]{20,}|ya29\.[\w-]{20,}|GOCSPX-[\w-]{20,}/,
  /do[opr]_v1_[a-f\d]{16,}|dapi[a-f\d]{32}/,
  // HashiCorp, Doppler, Pulumi, Tailscale, Fly
  /hv[sbr]\.[\w-]{16,}|[\w-]{14}\.atlasv1\.[\w-]{40,}/,
  /dp\.(?:pt|st|sa|ct|scim|audit)\.[\w.]{16,}/,
  /pul-[a-f\d]{40}|tskey-[\w-]{10,}|fo1_[\w-]{32,}/,
  // Registries
  /npm_[a-zA-Z\d]{16,}|pypi-AgE[\w-]+|rubygems_[a-f\d]{40,}|dckr_[op]at_[\w-]{16,}/,
  // Models
  /sk-(?=[\w-]*\d)[\w-]{8,}|hf_[a-zA-Z\d]{30,}|gsk_[a-zA-Z\d]{40,}|xai-[a-zA-Z\d]{40,}/,
  // Payments, mail, shops
  /[sr]k_(?:live|test)_[\w-]{8,}|whsec_[\w+/-]{16,}=*|sq0[a-z]{3}-[\w-]{20,}/,
  /SG\.[\w-]{10,}(?:\.[\w-]*)?|key-[a-f\d]{32}/,
  /shp(?:at|ca|pa|ss|ua)_[a-fA-F\d]{32,}/,
  // Databases, monitoring, tools
  /sbp_[a-f\d]{40}|sb_secret_[\w-]{16,}|pscale_(?:tkn|pw|oauth)_[\w.-]{16,}/,
  /gl(?:sa|c)_[\w+/=-]{24,}|sntry[su]_[\w+/=-]{24,}|NRAK-[A-Z\d]{20,}/,
  /lin_api_[a-zA-Z\d]{20,}|figd_[\w-]{20,}|PMAK-[\w-]{20,}/,
  /AGE-SECRET-KEY-1[A-Z\d]{40,}/,
  // Telegram
  /\d{8,10}:AA[\w-]{32,}/,
  // JSON Web Tokens
  /eyJ[\w-]{8,}(?:\.[\w-]*)*/,
];
const sources = words.map(({ source }) => source).join('|');

export const knownSecret = new RegExp(
  `-----BEGIN [A-Z ]*PRIVATE KEY-----[\\s\\S]*?(?:-----END [A-Z ]*PRIVATE KEY-----|$)` +
    `|(?<![a-zA-Z\\d])(?:${sources})`,
  'g',
);
