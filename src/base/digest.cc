#include "base/digest.h"

#include <openssl/evp.h>
#include <zlib.h>

#include "base/check.h"

namespace drawdown {
namespace {

EVP_MD_CTX* Context(void* context) { return static_cast<EVP_MD_CTX*>(context); }

// Fetched once: by its name it would be looked up for each digest, under locks.
const EVP_MD* Sha256Method() {
  static const EVP_MD* const method =
      EVP_MD_fetch(nullptr, "SHA2-256", nullptr);
  return method;
}

}  // namespace

uint32_t Crc32(std::string_view bytes, uint32_t seed) {
  return static_cast<uint32_t>(crc32_z(
      seed, reinterpret_cast<const Bytef*>(bytes.data()), bytes.size()));
}

Sha256::Sha256() : context_(EVP_MD_CTX_new()) {
  CHECK(context_ != nullptr && Sha256Method() != nullptr);
  CHECK(EVP_DigestInit_ex(Context(context_), Sha256Method(), nullptr) == 1);
}

Sha256::~Sha256() { EVP_MD_CTX_free(Context(context_)); }

void Sha256::Update(std::string_view bytes) {
  CHECK(EVP_DigestUpdate(Context(context_), bytes.data(), bytes.size()) == 1);
}

Sha256Digest Sha256::Finish() {
  Sha256Digest digest;
  unsigned int size = 0;
  CHECK(EVP_DigestFinal_ex(Context(context_), digest.data(), &size) == 1);
  CHECK(size == digest.size());
  // The same digest again: naming it would look it up, under locks.
  CHECK(EVP_DigestInit_ex(Context(context_), nullptr, nullptr) == 1);
  return digest;
}

Sha256Digest Sha256Of(std::string_view bytes) {
  Sha256 hash;
  hash.Update(bytes);
  return hash.Finish();
}

std::string HexOf(const Sha256Digest& digest) {
  constexpr std::string_view kDigits = "0123456789abcdef";
  std::string text;
  text.reserve(2 * digest.size());
  for (const uint8_t byte : digest) {
    text.push_back(kDigits[byte >> 4]);
    text.push_back(kDigits[byte & 15]);
  }
  return text;
}

}  // namespace drawdown
