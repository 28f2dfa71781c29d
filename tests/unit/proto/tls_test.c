/* SPDX-License-Identifier: BSD-3-Clause */
/* The TLS dissector: handshakes of RFC 8448 and OpenSSL, and the record layer under stress. */
#include "proto/tls/session.h"

#include "tests/unit/proto/tls/talk.h"

/* RFC 8448 3, "send handshake record": ClientHello and ServerHello. */
static const char rfc8448_client[] =
	"16030100c4010000c00303cb34ecb1e78163ba1c38c6dacb196a6dffa21a8d9912ec18a2ef6283024dece700"
	"0006130113031302010000910000000b0009000006736572766572ff01000100000a00140012001d00170018"
	"00190100010101020103010400230000003300260024001d002099381de560e4bd43d23d8e435a7dbafeb3c0"
	"6e51c13cae4d5413691e529aaf2c002b0003020304000d0020001e0403050306030203080408050806040105"
	"01060102010402050206020202002d00020101001c00024001";

static const char rfc8448_server[] =
	"160303005a020000560303a6af06a4121860dc5e6e60249cd34c95930c8ac5cb1434dac155772ed3e2692800"
	"130100002e00330024001d0020c9828876112095fe66762bdbf7c672e156d6cc253b833df1dd69b1b04e751f"
	"0f002b00020304";

/* RFC 8448 5: the records of a connection with a HelloRetryRequest. */
static const char rfc8448_retry_client1[] =
	"16030100b4010000b00303b0b1c5a5aa37c5919f2ed1d5c6fff7fcb7849716945a2b8cee9258a346677b6f00"
	"0006130113031302010000810000000b0009000006736572766572ff01000100000a00080006001d00170018"
	"003300260024001d0020e8e8e3f3b93a25ed97a14a7dcacb8a272c6288e585c6484d05262fcad062ad1f002b"
	"0003020304000d0020001e040305030603020308040805080604010501060102010402050206020202002d00"
	"020101001c00024001";

static const char rfc8448_retry_request[] =
	"16030300b0020000ac0303cf21ad74e59a6111be1d8c021e65b891c2a211167abb8c5e079e09e2c8a8339c00"
	"1301000084003300020017002c0074007271dcd04bb88bc3189119398a00000000eefafc76c146b823b096f8"
	"aacad365dd0030953f4edf625636e5f21bb2e23fcc654b1b5b40318d10d137abcbb87574e36e8a1f025f7dfa"
	"5d6e50781b5eda4aa15b0c8be778257d16aa3030e9e7841dd9e4c0342267e8ca0caf571fb2b7cff0f934b000"
	"2b00020304";

static const char rfc8448_retry_client2[] =
	"1603030200010001fc0303b0b1c5a5aa37c5919f2ed1d5c6fff7fcb7849716945a2b8cee9258a346677b6f00"
	"0006130113031302010001cd0000000b0009000006736572766572ff01000100000a00080006001d00170018"
	"0033004700450017004104a6da7392ec591e17abfd535964b99894d13befb221b3def2ebe3830eac8f015181"
	"2677c4d6d2237e85cf01d6910cfb83954e76ba7352830534159897e8065780002b0003020304000d0020001e"
	"040305030603020308040805080604010501060102010402050206020202002c0074007271dcd04bb88bc318"
	"9119398a00000000eefafc76c146b823b096f8aacad365dd0030953f4edf625636e5f21bb2e23fcc654b1b5b"
	"40318d10d137abcbb87574e36e8a1f025f7dfa5d6e50781b5eda4aa15b0c8be778257d16aa3030e9e7841dd9"
	"e4c0342267e8ca0caf571fb2b7cff0f934b0002d00020101001c00024001001500af00000000000000000000"
	"0000000000000000000000000000000000000000000000000000000000000000000000000000000000000000"
	"0000000000000000000000000000000000000000000000000000000000000000000000000000000000000000"
	"0000000000000000000000000000000000000000000000000000000000000000000000000000000000000000"
	"000000000000000000000000000000000000000000000000000000000000000000";

static const char rfc8448_retry_server[] =
	"160303007b020000770303bb341d847fd789c47c387172dc0c9bf147fccacb5043d86ca4c598d3ff571b9800"
	"130100004f003300450017004104583e054b7a66672ae020ad9d2686fcc85b5ad41a134a0f03ee72b893052b"
	"d85b4c8de6776f5b04ac07d83540eab3e3d9c547bc6528c4317d294686093a6cad7d002b00020304";

/* OpenSSL 3.0 over loopback (s_client, s_server), whole streams up to the first encrypted byte. */
static const char openssl_12_client[] =
	"16030100ac010000a8030354223d6dc159fc18c162eef6097383ebecb2ba22523657b4368644432b3ccaf600"
	"0006c02bc02f00ff0100007900000011000f00000c72656a6f6963652e74657374000b000403000102000a00"
	"0c000a001d0017001e00190018002300000010000e000c02683208687474702f312e31001600000017000000"
	"0d002a0028040305030603080708080809080a080b0804080508060401050106010303030103020402050206"
	"02160303002510000021202596022683c1ee0392d49e54fdc0bfd1e483f2f07c775456a7ab28960de4807514"
	"030300010116030300285c9f858e7f7587a3d94aa89c5246449dbc297f25dcaee676f363be74272155ea0d4b"
	"ada937445646";

static const char openssl_12_server[] =
	"160303004a0200004603036d4809d424de114593edc31657117e725ab886049a858b48c703d8b3ce26448e00"
	"c02b00001eff01000100000b000403000102002300000010000500030268320017000016030301900b00018c"
	"0001890001863082018230820129a00302010202143f2a0e4f1aecdd56d91283922bb48076fcd7a0f6300a06"
	"082a8648ce3d04030230173115301306035504030c0c72656a6f6963652e74657374301e170d323631313231"
	"3232323233325a170d3336313131383232323233325a30173115301306035504030c0c72656a6f6963652e74"
	"6573743059301306072a8648ce3d020106082a8648ce3d03010703420004fe3f3f82b077d4dd2aa8572e207b"
	"6d821f23ab30794031489c2045f1fc4cf14a5ed291728f3e273dd18dc41506a26f851a633a5e2497a611a0a1"
	"821b06a799fda3533051301d0603551d0e0416041443c608628dcb6ddfac79bc55ff775af3f58f48ff301f06"
	"03551d2304183016801443c608628dcb6ddfac79bc55ff775af3f58f48ff300f0603551d130101ff04053003"
	"0101ff300a06082a8648ce3d040302034700304402200804f4a137aa3c5f08345ce6f70751b6c794f74e95e8"
	"51600f613397966e207802200b49e234bd587bbccbd50b60d4afa0c3da4f800664bcf90b972e95d565cee82d"
	"16030300730c00006f03001d207d831d6a250b19476cd0c610fca3d042115e5bf5dfddc89d48568bf6a016ce"
	"6a040300473045022043842a59c236b110c0344303c114d4769c547acf6522bfe555f15b0068b1e6d6022100"
	"89a30a667a25a0e5dc3e6e48646deaefacb829ecb93d15a238ca4ae0851e41ee16030300040e000000160303"
	"00ba040000b600001c2000b0b1eb1413f15fcf68ccf4bab58b16669226c1a12291d5c12881123b1c0480dfda"
	"fa4af57f272a135f4f29c2b3cbd5d26a3e4ba9e61b817df1c6c8782febf82f5c228b53192b4ab10b3c1c98dd"
	"072b1c4956caefe141a85b11e77740b74f4d6dcb924b101f307c94d8df2d49c01328b432f1dce7858708198d"
	"339093d1af1d55cb7d32ac2204a2065c07a299f203ef2a503e350924d230be5993f5db2585c9e78af5a95c67"
	"639ed34d4ae33b151932145b1403030001011603030028d5da656dd91760e58bb5ca711897bbd1486a1a4242"
	"247855c2b92d4f2326b41ad46e81ce410146cc";

static const char openssl_retry_client[] =
	"16030100e1010000dd0303ce33d373d58b739a57a7960815ef9e59ac543663b0033305ca3cde1aaeb3c8f620"
	"539937ce9d69d2772a6b264986729e0e121904a0651c42609797f746a935c49c000813021303130100ff0100"
	"008c00000011000f00000c72656a6f6963652e74657374000b000403000102000a00060004001d0018002300"
	"000016000000170000000d001e001c040305030603080708080809080a080b08040805080604010501060100"
	"2b0003020304002d00020101003300260024001d00201c54dc5b0d222526162ad97fe390de2ba1f53af2a95c"
	"b0d6aaaad4cd29f4256814030300010116030301220100011e0303ce33d373d58b739a57a7960815ef9e59ac"
	"543663b0033305ca3cde1aaeb3c8f620539937ce9d69d2772a6b264986729e0e121904a0651c42609797f746"
	"a935c49c000813021303130100ff010000cd00000011000f00000c72656a6f6963652e74657374000b000403"
	"000102000a00060004001d0018002300000016000000170000000d001e001c04030503060308070808080908"
	"0a080b080408050806040105010601002b0003020304002d000201010033006700650018006104f706fcfb95"
	"918e72a6ed007fee311916678c66f9f9b165fc02ba4edf469167a3c2181629e4b2a88eb5116c30ccbd3a75eb"
	"6aca60ca2747d8df01d93aa0c2db2427c6f1e8af0b833d2e8f700f9199335cb7197cc43806f76ab03b29f4b2"
	"a3c9a1170303004559251f0e9ca0a32cc7ebb8c928524fca432e63671b60cf99b46c1e8fbc914b755dd16007"
	"70fe302878d5bde44355dcaf3f85fd14564ef82d84548b581b26ae637ac96475f0";

static const char openssl_retry_server[] =
	"1603030058020000540303cf21ad74e59a6111be1d8c021e65b891c2a211167abb8c5e079e09e2c8a8339c20"
	"539937ce9d69d2772a6b264986729e0e121904a0651c42609797f746a935c49c130200000c002b0002030400"
	"330002001814030300010116030300bb020000b70303fc00d2ad47a4282cfe9711c44b6b9a0a7934be2523a2"
	"fb2741bf525f9ed4a3a820539937ce9d69d2772a6b264986729e0e121904a0651c42609797f746a935c49c13"
	"0200006f002b00020304003300650018006104cb54db928fd51f1e5e0b464f665622be324810ad1a951f71f9"
	"186514770caff55f3a2ad32015779b0d03099ba4cb949332f59898423322d9e6d36d01ed5c535bcc857b28ee"
	"82a49b30d6b69f6abf34b91e71c32327f9201723b1a2827992118917030300179b542781ecb57cc7266df873"
	"3d116e2ba88c2e5e3349d4";

static const char openssl_resumed_client[] =
	"1603010168010001640303cc5f2a0bcb646994a1df24c392beb48ca81ea4f4273764c3c77c85e244d420a120"
	"dbf52e40ccfdd2cfb400610da39ce695e2c83ea7dd1fc835ee2e1a9870066a060004c02b00ff010001170000"
	"0011000f00000c72656a6f6963652e74657374000b000403000102000a000c000a001d0017001e0019001800"
	"2300b050fb42e2d12caa24f01a9a1b7a105e3a37e2b95bc0341460d35c3572f3f5accfc367e8dc85c34b56d0"
	"4b70b16bfbbfb7bdb6f06645ef749aa9e2d826e5ca228f5e51d2b2f2cbc19544d686471c410b4de209ea38ed"
	"6d8349dfed678052d670bf4b970fd12d7c4980e3478653fdb17c39530db67148801d307620e3a34593025ad3"
	"c58d6003bc4dbe4e5b2b5b909194201d24588e9fc4af6d73dae264e7d26b6e2af72043c476429734b8d94118"
	"cc9abd0016000000170000000d002a0028040305030603080708080809080a080b0804080508060401050106"
	"0103030301030204020502060214030300010116030300282acdd9f11e24274dc8a81a509e853591e48d6c86"
	"e74164f4486617d300d20a7d09d1967e8e82cc2a";

static const char openssl_resumed_server[] =
	"1603030055020000510303e5557aac7c191a742cc9b68bd99bd733a6e1071da2c115ecd713fa079a745b6420"
	"dbf52e40ccfdd2cfb400610da39ce695e2c83ea7dd1fc835ee2e1a9870066a06c02b000009ff010001000017"
	"00001403030001011603030028d2fada8f663ce256449d9125920635687bd99588104c12b81cdcf8a6e1c6a9"
	"b918ca561ee4d011eb";

/* What must come of them. */
static const char rfc8448_json[] =
	"{\"version\":\"TLS1.3\",\"c_version\":6,\"s_version\":6,\"c_random\":\"cb34ecb1e78163ba1"
	"c38c6dacb196a6dffa21a8d9912ec18a2ef6283024dece7\",\"s_random\":\"a6af06a4121860dc5e6e602"
	"49cd34c95930c8ac5cb1434dac155772ed3e26928\",\"sni\":[\"server\"],\"c_versions\":[\"0304"
	"\"],\"c_groups\":[\"001d\",\"0017\",\"0018\",\"0019\",\"0100\",\"0101\",\"0102\",\"0103"
	"\",\"0104\"],\"c_key_shares\":[\"001d\"],\"s_key_share\":\"001d\",\"c_signature_algorith"
	"ms\":[\"0403\",\"0503\",\"0603\",\"0203\",\"0804\",\"0805\",\"0806\",\"0401\",\"0501\","
	"\"0601\",\"0201\",\"0402\",\"0502\",\"0602\",\"0202\"],\"scs\":\"1301\",\"cs\":[\"1301\""
	",\"1303\",\"1302\"],\"c_extensions\":[{\"server_name\":\"0009000006736572766572\"},{\"re"
	"negotiation_info\":\"00\"},{\"supported_groups\":\"0012001d00170018001901000101010201030"
	"104\"},{\"session_ticket\":\"\"},{\"key_share\":\"0024001d002099381de560e4bd43d23d8e435a"
	"7dbafeb3c06e51c13cae4d5413691e529aaf2c\"},{\"supported_versions\":\"020304\"},{\"signatu"
	"re_algorithms\":\"001e040305030603020308040805080604010501060102010402050206020202\"},{"
	"\"psk_key_exchange_modes\":\"0101\"},{\"record_size_limit\":\"4001\"}],\"s_extensions\":"
	"[{\"key_share\":\"001d0020c9828876112095fe66762bdbf7c672e156d6cc253b833df1dd69b1b04e751f"
	"0f\"},{\"supported_versions\":\"0304\"}]}";

static const char rfc8448_retry_json[] =
	"{\"version\":\"TLS1.3\",\"c_version\":6,\"s_version\":6,\"c_random\":\"b0b1c5a5aa37c5919"
	"f2ed1d5c6fff7fcb7849716945a2b8cee9258a346677b6f\",\"s_random\":\"bb341d847fd789c47c38717"
	"2dc0c9bf147fccacb5043d86ca4c598d3ff571b98\",\"sni\":[\"server\"],\"c_versions\":[\"0304"
	"\"],\"c_groups\":[\"001d\",\"0017\",\"0018\"],\"c_key_shares\":[\"001d\"],\"s_key_share"
	"\":\"0017\",\"c_signature_algorithms\":[\"0403\",\"0503\",\"0603\",\"0203\",\"0804\",\"0"
	"805\",\"0806\",\"0401\",\"0501\",\"0601\",\"0201\",\"0402\",\"0502\",\"0602\",\"0202\"],"
	"\"scs\":\"1301\",\"cs\":[\"1301\",\"1303\",\"1302\"],\"c_extensions\":[{\"server_name\":"
	"\"0009000006736572766572\"},{\"renegotiation_info\":\"00\"},{\"supported_groups\":\"0006"
	"001d00170018\"},{\"key_share\":\"0024001d0020e8e8e3f3b93a25ed97a14a7dcacb8a272c6288e585c"
	"6484d05262fcad062ad1f\"},{\"supported_versions\":\"020304\"},{\"signature_algorithms\":"
	"\"001e040305030603020308040805080604010501060102010402050206020202\"},{\"psk_key_exchang"
	"e_modes\":\"0101\"},{\"record_size_limit\":\"4001\"}],\"s_extensions\":[{\"key_share\":"
	"\"0017004104583e054b7a66672ae020ad9d2686fcc85b5ad41a134a0f03ee72b893052bd85b4c8de6776f5b"
	"04ac07d83540eab3e3d9c547bc6528c4317d294686093a6cad7d\"},{\"supported_versions\":\"0304\""
	"}],\"hrr_extensions\":[{\"key_share\":\"0017\"},{\"cookie\":\"007271dcd04bb88bc318911939"
	"8a00000000eefafc76c146b823b096f8aacad365dd0030953f4edf625636e5f21bb2e23fcc654b1b5b40318d"
	"10d137abcbb87574e36e8a1f025f7dfa5d6e50781b5eda4aa15b0c8be778257d16aa3030e9e7841dd9e4c034"
	"2267e8ca0caf571fb2b7cff0f934b0\"},{\"supported_versions\":\"0304\"}],\"hrr\":true}";

static const char openssl_12_json[] =
	"{\"version\":\"TLS1.2\",\"c_version\":5,\"s_version\":5,\"c_key_length\":264,\"c_key_exc"
	"hange\":\"202596022683c1ee0392d49e54fdc0bfd1e483f2f07c775456a7ab28960de48075\",\"c_rando"
	"m\":\"54223d6dc159fc18c162eef6097383ebecb2ba22523657b4368644432b3ccaf6\",\"s_random\":\""
	"6d4809d424de114593edc31657117e725ab886049a858b48c703d8b3ce26448e\",\"sni\":[\"rejoice.te"
	"st\"],\"c_alpn\":[\"h2\",\"http/1.1\"],\"s_alpn\":[\"h2\"],\"c_groups\":[\"001d\",\"0017"
	"\",\"001e\",\"0019\",\"0018\"],\"c_signature_algorithms\":[\"0403\",\"0503\",\"0603\",\""
	"0807\",\"0808\",\"0809\",\"080a\",\"080b\",\"0804\",\"0805\",\"0806\",\"0401\",\"0501\","
	"\"0601\",\"0303\",\"0301\",\"0302\",\"0402\",\"0502\",\"0602\"],\"s_curve\":\"001d\",\"s"
	"cs\":\"c02b\",\"cs\":[\"c02b\",\"c02f\",\"00ff\"],\"c_extensions\":[{\"server_name\":\"0"
	"00f00000c72656a6f6963652e74657374\"},{\"ec_point_formats\":\"03000102\"},{\"supported_gr"
	"oups\":\"000a001d0017001e00190018\"},{\"session_ticket\":\"\"},{\"application_layer_prot"
	"ocol_negotiation\":\"000c02683208687474702f312e31\"},{\"encrypt_then_mac\":\"\"},{\"exte"
	"nded_master_secret\":\"\"},{\"signature_algorithms\":\"0028040305030603080708080809080a0"
	"80b080408050806040105010601030303010302040205020602\"}],\"s_extensions\":[{\"renegotiati"
	"on_info\":\"00\"},{\"ec_point_formats\":\"03000102\"},{\"session_ticket\":\"\"},{\"appli"
	"cation_layer_protocol_negotiation\":\"0003026832\"},{\"extended_master_secret\":\"\"}],"
	"\"s_ticket\":{\"lifetime\":7200,\"ticket_length\":176},\"s_cert\":[{\"length\":390,\"ser"
	"ial_number\":\"3f2a0e4f1aecdd56d91283922bb48076fcd7a0f6\",\"signature\":\"304402200804f4"
	"a137aa3c5f08345ce6f70751b6c794f74e95e851600f613397966e207802200b49e234bd587bbccbd50b60d4"
	"afa0c3da4f800664bcf90b972e95d565cee82d\",\"signature_algo\":\"ecdsa-with-SHA256\",\"sign"
	"ature_key_size\":560,\"issuer\":[{\"commonName\":\"rejoice.test\"}],\"subject\":[{\"comm"
	"onName\":\"rejoice.test\"}],\"extensions\":[{\"X509v3 Subject Key Identifier\":\"43:C6:0"
	"8:62:8D:CB:6D:DF:AC:79:BC:55:FF:77:5A:F3:F5:8F:48:FF\"},{\"X509v3 Authority Key Identifi"
	"er\":\"43:C6:08:62:8D:CB:6D:DF:AC:79:BC:55:FF:77:5A:F3:F5:8F:48:FF\"},{\"X509v3 Basic Co"
	"nstraints\":\"CA:TRUE\"}],\"validity_not_before\":\"Nov 21 22:22:32 2026 GMT\",\"validit"
	"y_not_after\":\"Nov 18 22:22:32 2036 GMT\",\"subject_public_key_algo\":\"id-ecPublicKey"
	"\",\"subject_public_key_size\":256,\"sha256\":\"5a7ba1619090dd5b7f110731741e65d53e54576e"
	"22e14e699880fb0efc2d6e08\"}]}";

static const char openssl_12_server_json[] =
	"{\"version\":\"TLS1.2\",\"s_version\":5,\"s_random\":\"6d4809d424de114593edc31657117e725"
	"ab886049a858b48c703d8b3ce26448e\",\"s_alpn\":[\"h2\"],\"s_curve\":\"001d\",\"scs\":\"c02"
	"b\",\"s_extensions\":[{\"renegotiation_info\":\"00\"},{\"ec_point_formats\":\"03000102\""
	"},{\"session_ticket\":\"\"},{\"application_layer_protocol_negotiation\":\"0003026832\"},"
	"{\"extended_master_secret\":\"\"}],\"s_ticket\":{\"lifetime\":7200,\"ticket_length\":176"
	"},\"s_cert\":[{\"length\":390,\"serial_number\":\"3f2a0e4f1aecdd56d91283922bb48076fcd7a0"
	"f6\",\"signature\":\"304402200804f4a137aa3c5f08345ce6f70751b6c794f74e95e851600f613397966"
	"e207802200b49e234bd587bbccbd50b60d4afa0c3da4f800664bcf90b972e95d565cee82d\",\"signature_"
	"algo\":\"ecdsa-with-SHA256\",\"signature_key_size\":560,\"issuer\":[{\"commonName\":\"re"
	"joice.test\"}],\"subject\":[{\"commonName\":\"rejoice.test\"}],\"extensions\":[{\"X509v3"
	" Subject Key Identifier\":\"43:C6:08:62:8D:CB:6D:DF:AC:79:BC:55:FF:77:5A:F3:F5:8F:48:FF"
	"\"},{\"X509v3 Authority Key Identifier\":\"43:C6:08:62:8D:CB:6D:DF:AC:79:BC:55:FF:77:5A:"
	"F3:F5:8F:48:FF\"},{\"X509v3 Basic Constraints\":\"CA:TRUE\"}],\"validity_not_before\":\""
	"Nov 21 22:22:32 2026 GMT\",\"validity_not_after\":\"Nov 18 22:22:32 2036 GMT\",\"subject"
	"_public_key_algo\":\"id-ecPublicKey\",\"subject_public_key_size\":256,\"sha256\":\"5a7ba"
	"1619090dd5b7f110731741e65d53e54576e22e14e699880fb0efc2d6e08\"}]}";

static const char openssl_12_client_json[] =
	"{\"c_version\":5,\"c_key_length\":264,\"c_key_exchange\":\"202596022683c1ee0392d49e54fdc"
	"0bfd1e483f2f07c775456a7ab28960de48075\",\"c_random\":\"54223d6dc159fc18c162eef6097383ebe"
	"cb2ba22523657b4368644432b3ccaf6\",\"sni\":[\"rejoice.test\"],\"c_alpn\":[\"h2\",\"http/1"
	".1\"],\"c_groups\":[\"001d\",\"0017\",\"001e\",\"0019\",\"0018\"],\"c_signature_algorith"
	"ms\":[\"0403\",\"0503\",\"0603\",\"0807\",\"0808\",\"0809\",\"080a\",\"080b\",\"0804\","
	"\"0805\",\"0806\",\"0401\",\"0501\",\"0601\",\"0303\",\"0301\",\"0302\",\"0402\",\"0502"
	"\",\"0602\"],\"cs\":[\"c02b\",\"c02f\",\"00ff\"],\"c_extensions\":[{\"server_name\":\"00"
	"0f00000c72656a6f6963652e74657374\"},{\"ec_point_formats\":\"03000102\"},{\"supported_gro"
	"ups\":\"000a001d0017001e00190018\"},{\"session_ticket\":\"\"},{\"application_layer_proto"
	"col_negotiation\":\"000c02683208687474702f312e31\"},{\"encrypt_then_mac\":\"\"},{\"exten"
	"ded_master_secret\":\"\"},{\"signature_algorithms\":\"0028040305030603080708080809080a08"
	"0b080408050806040105010601030303010302040205020602\"}]}";

static enum rj_status talk_hex(struct talk *t, unsigned int side, const char *hex)
{
	size_t len;
	uint8_t *bytes = unit_unhex(hex, &len);
	enum rj_status st = talk_bytes(t, side, bytes, len, false);

	free(bytes);
	return st;
}

/* What a flow of these two streams gives as JSON; either may be NULL. The caller frees. */
static char *json_of(const char *client, const char *server)
{
	struct talk t = talk_begin(1u << 20);
	char *json;

	if (client)
		CHECK_EQ(talk_hex(&t, CLIENT, client), RJ_OK);
	if (server)
		CHECK_EQ(talk_hex(&t, SERVER, server), RJ_OK);
	json = unit_json(&rj_tls, t.state, CLIENT);
	talk_end(&t);
	return json;
}

static void check_json(const char *client, const char *server, const char *want)
{
	char *json = json_of(client, server);

	CHECK_STR(json, want);
	free(json);
}

static enum rj_probe probe_bytes(const uint8_t *bytes, size_t len)
{
	struct rj_message m = { .over = RJ_OVER_TCP };
	uint8_t *copy = unit_copy(bytes, len);
	enum rj_probe probe = rj_tls.probe(&m, rj_cursor_init(copy, len, false));

	free(copy);
	return probe;
}

static enum rj_probe probe_hex(const char *hex)
{
	size_t len;
	uint8_t *bytes = unit_unhex(hex, &len);
	enum rj_probe probe = probe_bytes(bytes, len);

	free(bytes);
	return probe;
}

TEST(tls_probe_needs_ten_bytes_of_a_hello)
{
	size_t len;
	uint8_t *bytes = unit_unhex(rfc8448_client, &len);

	for (size_t n = 0; n <= len; n++)
		CHECK_EQ(probe_bytes(bytes, n), n < 10 ? RJ_PROBE_MORE : RJ_PROBE_YES);
	free(bytes);
}

TEST(tls_probe_says_no_at_the_first_wrong_byte)
{
	CHECK_EQ(probe_hex("14"), RJ_PROBE_NO);
	CHECK_EQ(probe_hex("15030101"), RJ_PROBE_NO);
	CHECK_EQ(probe_hex("1503010003"), RJ_PROBE_NO);
	CHECK_EQ(probe_hex("150301000200"), RJ_PROBE_NO);
	CHECK_EQ(probe_hex("150301000203"), RJ_PROBE_NO);
	CHECK_EQ(probe_hex("1602"), RJ_PROBE_NO);
	CHECK_EQ(probe_hex("160305"), RJ_PROBE_NO);
	CHECK_EQ(probe_hex("16030142"), RJ_PROBE_NO);
	CHECK_EQ(probe_hex("1603014101"), RJ_PROBE_NO);
	CHECK_EQ(probe_hex("1603010000"), RJ_PROBE_NO);
	CHECK_EQ(probe_hex("160301410000"), RJ_PROBE_NO);
	CHECK_EQ(probe_hex("160301410003"), RJ_PROBE_NO);
	CHECK_EQ(probe_hex("16030100c4010000c004"), RJ_PROBE_NO);
	CHECK_EQ(probe_hex("474554202f"), RJ_PROBE_NO);
}

TEST(tls_probe_takes_alerts_in_the_clear)
{
	CHECK_EQ(probe_hex("15030100020228"), RJ_PROBE_YES);
	CHECK_EQ(probe_hex("1503010002"), RJ_PROBE_MORE);
	CHECK_EQ(probe_hex("15030100020328"), RJ_PROBE_NO);
	CHECK_EQ(probe_hex("1503010004 0228 0100"), RJ_PROBE_YES);
	CHECK_EQ(probe_hex("1503010004 0228"), RJ_PROBE_MORE);
	CHECK_EQ(probe_hex("1503010004 0228 0300"), RJ_PROBE_NO);
	CHECK_EQ(probe_hex("1503010003 022801"), RJ_PROBE_NO);
	CHECK_EQ(probe_hex("150301000a 0100 0100 0100 0100 0100"), RJ_PROBE_NO);
}

TEST(tls_probe_takes_servers_drafts_and_short_first_fragments)
{
	CHECK_EQ(probe_hex("160304005a020000560303"), RJ_PROBE_YES);
	CHECK_EQ(probe_hex("160301005a020000567f12"), RJ_PROBE_YES);
	CHECK_EQ(probe_hex("16030041000100"), RJ_PROBE_MORE);
	CHECK_EQ(probe_hex("160301000101"), RJ_PROBE_YES);
	CHECK_EQ(probe_hex("160301000401"), RJ_PROBE_YES);
	CHECK_EQ(probe_hex("160301000501"), RJ_PROBE_MORE);
}

TEST(tls_reads_the_handshake_of_rfc_8448)
{
	check_json(rfc8448_client, rfc8448_server, rfc8448_json);
}

TEST(tls_tells_a_hello_retry_request)
{
	char *json = json_of(rfc8448_retry_client1, rfc8448_retry_request);

	CHECK(strstr(json, "\"hrr\":true"));
	CHECK(strstr(json, "\"version\":\"TLS1.3\""));
	free(json);
}

TEST(tls_shows_the_first_hello_of_the_client_and_the_last_of_the_server)
{
	struct talk t = talk_begin(1u << 20);
	char *json;

	CHECK_EQ(talk_hex(&t, CLIENT, rfc8448_retry_client1), RJ_OK);
	CHECK_EQ(talk_hex(&t, SERVER, rfc8448_retry_request), RJ_OK);
	CHECK(!t.is_done[SERVER] && !t.is_done[CLIENT]);
	CHECK_EQ(talk_hex(&t, CLIENT, rfc8448_retry_client2), RJ_OK);
	CHECK_EQ(talk_hex(&t, SERVER, rfc8448_retry_server), RJ_OK);
	CHECK(t.is_done[SERVER] && t.is_done[CLIENT]);
	json = unit_json(&rj_tls, t.state, CLIENT);
	CHECK_STR(json, rfc8448_retry_json);
	free(json);
	talk_end(&t);
}

TEST(tls_finds_the_retry_behind_change_cipher_spec_from_either_side_alone)
{
	char *client = json_of(openssl_retry_client, NULL);
	char *server = json_of(NULL, openssl_retry_server);

	CHECK(!strstr(client, "hrr")); /* the second hello is there, the request for it is not */
	CHECK(!strstr(client, "malformed"));
	CHECK(strstr(server, "\"hrr\":true"));
	CHECK(!strstr(server, "malformed"));
	CHECK(!strstr(server, "\"s_random\":\"cf21ad74"));
	free(client);
	free(server);
}

TEST(tls_reads_a_tls_1_2_handshake_of_openssl)
{
	check_json(openssl_12_client, openssl_12_server, openssl_12_json);
}

TEST(tls_reads_each_side_alone)
{
	check_json(NULL, openssl_12_server, openssl_12_server_json);
	check_json(openssl_12_client, NULL, openssl_12_client_json);
}

TEST(tls_does_not_take_a_resumed_session_s_finished_for_a_message)
{
	struct talk t = talk_begin(1u << 20);
	char *json;

	CHECK_EQ(talk_hex(&t, CLIENT, openssl_resumed_client), RJ_OK);
	CHECK(t.is_done[CLIENT]);
	CHECK_EQ(talk_hex(&t, SERVER, openssl_resumed_server), RJ_OK);
	CHECK(t.is_done[SERVER]);
	json = unit_json(&rj_tls, t.state, CLIENT);
	CHECK(!strstr(json, "malformed") && !strstr(json, "hrr"));
	CHECK(strstr(json, "\"version\":\"TLS1.2\""));
	free(json);
	talk_end(&t);
}

TEST(tls_passes_over_an_encrypted_finished_of_a_client_that_offered_1_3)
{
	struct talk t = talk_begin(1u << 20);
	char *json;

	CHECK_EQ(talk_hex(&t, CLIENT, rfc8448_client), RJ_OK);
	CHECK_EQ(talk_hex(&t, CLIENT, "140303000101"), RJ_OK);
	CHECK(!t.is_done[CLIENT]);
	CHECK_EQ(talk_hex(&t, CLIENT, "1603030008 01ffffff12345678"), RJ_OK);
	CHECK(t.is_done[CLIENT]);
	json = unit_json(&rj_tls, t.state, CLIENT);
	CHECK(!strstr(json, "malformed") && !strstr(json, "hrr"));
	free(json);
	talk_end(&t);
}

TEST(tls_is_done_with_a_server_after_its_1_3_hello)
{
	struct talk t = talk_begin(1u << 20);

	CHECK_EQ(talk_hex(&t, SERVER, rfc8448_server), RJ_OK);
	CHECK(t.is_done[SERVER]);
	talk_end(&t);
}

TEST(tls_is_done_with_a_client_at_application_data)
{
	struct talk t = talk_begin(1u << 20);

	CHECK_EQ(talk_hex(&t, CLIENT, rfc8448_client), RJ_OK);
	CHECK(!t.is_done[CLIENT]);
	CHECK_EQ(talk_hex(&t, CLIENT, "1703034000"), RJ_OK);
	CHECK(t.is_done[CLIENT]);
	talk_end(&t);
}

TEST(tls_an_alert_before_the_hello_changes_nothing)
{
	struct talk t = talk_begin(1u << 20);
	char *json;

	CHECK_EQ(talk_hex(&t, CLIENT, rfc8448_client), RJ_OK);
	CHECK_EQ(talk_hex(&t, SERVER, "1503010002 0170"), RJ_OK);
	CHECK(!t.is_done[SERVER]);
	CHECK_EQ(talk_hex(&t, SERVER, rfc8448_server), RJ_OK);
	json = unit_json(&rj_tls, t.state, CLIENT);
	CHECK(strstr(json, "\"version\":\"TLS1.3\""));
	free(json);
	talk_end(&t);
}

TEST(tls_gives_the_same_however_a_hello_is_cut_into_records)
{
	static struct made whole, stream;
	char *want = json_of(rfc8448_client, NULL);

	whole.len = 0;
	put(&whole, rfc8448_client);
	for (size_t n = 1; n <= 200; n++) {
		struct talk t = talk_begin(1u << 20);
		char *json;

		stream.len = 0;
		put_message(&stream, 1, whole.bytes + 9, whole.len - 9, n);
		CHECK_EQ(talk_bytes(&t, CLIENT, stream.bytes, stream.len, false), RJ_OK);
		json = unit_json(&rj_tls, t.state, CLIENT);
		CHECK_STR(json, want);
		free(json);
		talk_end(&t);
	}
	free(want);
}

/* ServerHello, Certificate, ServerHelloDone in records of @fragment_len, a certificate of @len. */
static void check_flight(size_t len, size_t fragment_len)
{
	static struct made flight, stream;
	struct talk t = talk_begin(1u << 20);
	char *json;

	flight.len = stream.len = 0;
	put(&flight, "02000026 0303");
	put_fill(&flight, 0xaa, 32);
	put(&flight, "00 c02f 00 0b");
	put_number(&flight, len, 3);
	put_fill(&flight, 0xcc, len);
	put(&flight, "0e000000");
	for (size_t at = 0; at < flight.len; at += fragment_len) {
		size_t n = flight.len - at < fragment_len ? flight.len - at : fragment_len;

		put(&stream, "160303");
		put_number(&stream, n, 2);
		memcpy(stream.bytes + stream.len, flight.bytes + at, n);
		stream.len += n;
	}
	CHECK_EQ(talk_bytes(&t, SERVER, stream.bytes, stream.len, false), RJ_OK);
	CHECK(!t.is_done[SERVER]); /* a ticket may follow */
	CHECK_EQ(talk_hex(&t, SERVER, "1403030001 01"), RJ_OK);
	CHECK(t.is_done[SERVER]);
	CHECK_EQ(t.arena.num_refused, 0);
	json = unit_json(&rj_tls, t.state, CLIENT);
	CHECK(strstr(json, "\"scs\":\"c02f\"") && !strstr(json, "malformed"));
	free(json);
	talk_end(&t);
}

TEST(tls_keeps_in_step_over_several_messages_in_a_record_and_long_certificates)
{
	check_flight(0, 16384);
	check_flight(1, 16384);
	check_flight(3000, 16384);
	check_flight(3000, 7);
	check_flight(50000, 16384);
	check_flight(70000, 16384 + 256);
	for (size_t n = 30; n < 60; n++)
		check_flight(20, n);
}

TEST(tls_refuses_records_of_no_or_too_much_length)
{
	struct talk t = talk_begin(1u << 20);

	CHECK_EQ(talk_hex(&t, CLIENT, "1603014100"), RJ_TRUNCATED);
	CHECK_EQ(talk_hex(&t, CLIENT, "1603014101"), RJ_MALFORMED);
	CHECK_EQ(talk_hex(&t, CLIENT, "1603010000"), RJ_MALFORMED);
	CHECK_EQ(talk_hex(&t, CLIENT, "1503010000"), RJ_MALFORMED);
	CHECK_EQ(talk_hex(&t, CLIENT, "1403010000"), RJ_MALFORMED);
	CHECK_EQ(talk_hex(&t, CLIENT, "1303010001"), RJ_MALFORMED);
	CHECK_EQ(talk_hex(&t, CLIENT, "1903010001"), RJ_MALFORMED);
	CHECK_EQ(talk_hex(&t, CLIENT, "1602"), RJ_MALFORMED);
	CHECK_EQ(talk_hex(&t, CLIENT, "140303000102"), RJ_MALFORMED);
	CHECK_EQ(talk_hex(&t, CLIENT, "14030300020101"), RJ_MALFORMED);
	talk_end(&t);
}

TEST(tls_refuses_other_records_inside_a_message)
{
	struct talk t = talk_begin(1u << 20);

	CHECK_EQ(talk_hex(&t, CLIENT, "1603010005 01000029 03 15030100020100"), RJ_MALFORMED);
	CHECK_EQ(talk_hex(&t, CLIENT, "1603010005 01000029 03 1603010000"), RJ_MALFORMED);
	CHECK_EQ(talk_hex(&t, SERVER, "1603010005 0b000002 03 15030100020100"), RJ_MALFORMED);
	talk_end(&t);
}

TEST(tls_limits_messages_to_64_kib)
{
	static struct made body, stream;

	for (size_t extra = 0; extra <= 1; extra++) {
		struct talk t = talk_begin(1u << 20);
		size_t mark;

		body.len = stream.len = 0;
		put_client_hello(&body, &(struct parts){ .suites_len = 2, .compression_len = 1 });
		put(&body, "0000 0015 0000");
		mark = body.len;
		put_fill(&body, 0, RJ_TLS_MESSAGE_MAX - body.len + extra);
		put_length(&body, mark, 2);
		put_length(&body, mark - 4, 2);
		put_message(&stream, 1, body.bytes, body.len, 16384);
		CHECK(stream.len <= rj_tls.max_bytes);
		CHECK_EQ(talk_bytes(&t, CLIENT, stream.bytes, stream.len, false),
			 extra ? RJ_MALFORMED : RJ_OK);
		talk_end(&t);
	}
}

TEST(tls_reads_a_hello_in_records_of_a_byte)
{
	static struct made body, stream;
	struct talk t = talk_begin(1u << 20);
	size_t mark;

	put_client_hello(&body, &(struct parts){ .suites_len = 2, .compression_len = 1 });
	put(&body, "0000 0015 0000");
	mark = body.len;
	put_fill(&body, 0, 20000 - body.len);
	put_length(&body, mark, 2);
	put_length(&body, mark - 4, 2);
	put_message(&stream, 1, body.bytes, body.len, 1);
	CHECK(stream.len <= rj_tls.max_bytes);
	CHECK_EQ(talk_bytes(&t, CLIENT, stream.bytes, stream.len, false), RJ_OK);
	talk_end(&t);
}

TEST(tls_has_one_client_and_one_server)
{
	struct talk t = talk_begin(1u << 20);
	char *json;

	CHECK_EQ(talk_hex(&t, CLIENT, rfc8448_client), RJ_OK);
	CHECK_EQ(talk_hex(&t, SERVER, rfc8448_client), RJ_MALFORMED);
	json = unit_json(&rj_tls, t.state, CLIENT);
	CHECK(strstr(json, "\"malformed\":true") && !strstr(json, "hrr"));
	free(json);
	talk_end(&t);

	t = talk_begin(1u << 20);
	CHECK_EQ(talk_hex(&t, SERVER, rfc8448_retry_request), RJ_OK);
	CHECK_EQ(talk_hex(&t, SERVER, rfc8448_retry_request), RJ_MALFORMED);
	CHECK_EQ(talk_hex(&t, CLIENT, rfc8448_server), RJ_MALFORMED);
	talk_end(&t);
}

TEST(tls_refuses_what_the_other_role_sends)
{
	struct talk t = talk_begin(1u << 20);

	CHECK_EQ(talk_hex(&t, CLIENT, rfc8448_client), RJ_OK);
	CHECK_EQ(talk_hex(&t, CLIENT, "1603030004 0e000000"), RJ_MALFORMED);
	CHECK_EQ(talk_hex(&t, CLIENT, "1603030004 06000000"), RJ_MALFORMED);
	CHECK_EQ(talk_hex(&t, SERVER, "1603030004 10000000"), RJ_MALFORMED);
	talk_end(&t);
}

TEST(tls_tells_the_hello_retry_request_of_the_drafts)
{
	struct talk t = talk_begin(1u << 20);
	char *json;

	CHECK_EQ(talk_hex(&t, SERVER, "160303000a 06000006 7f12 1301 0000"), RJ_OK);
	CHECK(!t.is_done[SERVER]);
	json = unit_json(&rj_tls, t.state, CLIENT);
	CHECK_STR(json, "{\"hrr\":true}");
	free(json);
	talk_end(&t);
}

TEST(tls_shows_nothing_when_nothing_was_read)
{
	struct talk t = talk_begin(1u << 20);
	char *json = unit_json(&rj_tls, t.state, CLIENT);

	CHECK_STR(json, "");
	free(json);
	talk_end(&t);
}

TEST(tls_goes_on_without_what_the_arena_refused)
{
	struct talk t = talk_begin(0);
	char *json;

	CHECK_EQ(talk_hex(&t, CLIENT, openssl_12_client), RJ_OK);
	CHECK_EQ(talk_hex(&t, SERVER, openssl_12_server), RJ_OK);
	CHECK(t.arena.num_refused);
	json = unit_json(&rj_tls, t.state, CLIENT);
	CHECK_STR(json, "");
	free(json);
	talk_end(&t);
}

/* Places of the length fields in rfc8448_client. */
TEST(tls_refuses_every_length_that_is_off_by_one)
{
	static const struct {
		size_t at;
		enum rj_status want[2]; /* one less, one more */
	} lengths[] = {
		{ 4,
		  { RJ_MALFORMED, RJ_OK } }, /* record: one less leaves a byte that starts none */
		{ 8, { RJ_MALFORMED, RJ_TRUNCATED } },	/* handshake */
		{ 43, { RJ_MALFORMED, RJ_MALFORMED } }, /* session id; one less is 255 */
		{ 45, { RJ_MALFORMED, RJ_MALFORMED } }, /* cipher suites */
		{ 52, { RJ_MALFORMED, RJ_MALFORMED } }, /* compression */
		{ 55, { RJ_MALFORMED, RJ_MALFORMED } }, /* extensions */
		{ 59, { RJ_MALFORMED, RJ_MALFORMED } }, /* server_name */
		{ 61, { RJ_MALFORMED, RJ_MALFORMED } }, /* its list */
		{ 64, { RJ_MALFORMED, RJ_MALFORMED } }, /* its name */
	};
	size_t len;
	uint8_t *bytes = unit_unhex(rfc8448_client, &len);

	for (size_t i = 0; i < sizeof(lengths) / sizeof(lengths[0]); i++) {
		for (unsigned int more = 0; more <= 1; more++) {
			struct talk t = talk_begin(1u << 20);
			uint8_t was = bytes[lengths[i].at];

			bytes[lengths[i].at] = (uint8_t)(more ? was + 1 : was - 1);
			CHECK_EQ(talk_bytes(&t, CLIENT, bytes, len, false), lengths[i].want[more]);
			bytes[lengths[i].at] = was;
			talk_end(&t);
		}
	}
	free(bytes);
}

/* One strict prefix of the message at @bytes, under a soft and under a hard end. */
static void check_prefix(const struct talk *t, unsigned int side, const uint8_t *bytes, size_t len)
{
	for (int is_hard = 0; is_hard <= 1; is_hard++) {
		struct rj_arena arena = { .cap_bytes = 1u << 20 };
		struct rj_message m = { .side = side, .over = RJ_OVER_TCP, .arena = &arena };
		uint8_t *state = unit_copy(t->state, rj_tls.state_bytes);
		uint8_t *copy = unit_copy(bytes, len);
		struct rj_cursor c = rj_cursor_init(copy, len, is_hard);
		enum rj_status st = rj_tls.parse(state, &m, &c);

		CHECK_EQ(st == RJ_TRUNCATED, !is_hard);
		if (!is_hard) {
			CHECK(!memcmp(state, t->state, rj_tls.state_bytes));
			CHECK_EQ(c.left, len);
			CHECK_EQ(arena.used_bytes, 0);
			CHECK(!m.is_done);
		}
		rj_arena_done(&arena);
		free(copy);
		free(state);
	}
}

static void check_prefixes(struct talk *t, unsigned int side, const char *hex)
{
	size_t len, at = 0;
	uint8_t *bytes = unit_unhex(hex, &len);

	while (at < len && !t->is_done[side]) {
		struct rj_message m = { .side = side, .over = RJ_OVER_TCP, .arena = &t->arena };
		struct rj_cursor c = rj_cursor_init(bytes + at, len - at, false);
		uint8_t *before = unit_copy(t->state, rj_tls.state_bytes);
		struct talk as_before = { .state = before };
		size_t message_len;

		CHECK_EQ(rj_tls.parse(t->state, &m, &c), RJ_OK);
		message_len = len - at - c.left;
		for (size_t n = 0; n < message_len; n++)
			check_prefix(&as_before, side, bytes + at, n);
		t->is_done[side] = m.is_done;
		at += message_len;
		free(before);
	}
	free(bytes);
}

TEST(tls_asks_for_more_at_every_prefix_and_only_under_a_soft_end)
{
	static const char *const pairs[][2] = {
		{ rfc8448_client, rfc8448_server },
		{ rfc8448_retry_client1, rfc8448_retry_request },
		{ openssl_12_client, openssl_12_server },
		{ openssl_retry_client, openssl_retry_server },
		{ openssl_resumed_client, openssl_resumed_server },
		{ "16030100030b0000 160301000105 16030100020102 1603010003030405 17030100ff",
		  "15030100020228 1803010003123456 1703010000" },
		{ "801c 01 0301 0003 0000 0010 00002f 000102030405060708090a0b0c0d0e0f"
		  "1603010004 10000000",
		  "15030100020228" },
	};

	for (size_t i = 0; i < sizeof(pairs) / sizeof(pairs[0]); i++) {
		struct talk t = talk_begin(1u << 20);

		check_prefixes(&t, CLIENT, pairs[i][0]);
		check_prefixes(&t, SERVER, pairs[i][1]);
		talk_end(&t);
	}
}
