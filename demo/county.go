package demo

const (
	// county is a code that no real county has.
	county = "629901"
	// AdminRegion is the county.
	AdminRegion = county
	// AdminPhone signs in as the platform's administrator.
	AdminPhone = "13900000001"
	hostPhone  = "13800000101"
	// ReadyPhone is a farmer who may go live but is not: the one to try with.
	ReadyPhone = "13800000102"
	// BuyerPhone is a buyer with an address.
	BuyerPhone = "13700000001"
	chatters   = 5
)

// SignIn is one of the demo's people, for the list shown at start.
type SignIn struct{ Phone, Name, Part string }

// SignIns has one person for every part.
var SignIns = []SignIn{
	{BuyerPhone, "小陈", "买家 buyer"},
	{ReadyPhone, "王建国", "农户，可以开播 farmer, ready to go live"},
	{hostPhone, "李桂芳", "农户，正在直播 farmer, on air"},
	{"13900000011", "赵社长", "合作社负责人 co-op manager"},
	{AdminPhone, "周管理", "平台管理员 administrator"},
	{"13900000002", "吴审核", "审核员 reviewer"},
	{"13900000003", "郑监管", "监管 regulator"},
	{"13900000004", "冯调解", "调解员 mediator"},
	{"13900000005", "陈老师", "培训师 trainer"},
	{"13900000006", "卫专员", "政策专员 policy officer"},
}

var staff = []struct{ phone, name, role string }{
	{"13900000002", "吴审核", "reviewer"},
	{"13900000003", "郑监管", "regulator"},
	{"13900000004", "冯调解", "mediator"},
	{"13900000005", "陈老师", "trainer"},
	{"13900000006", "卫专员", "policy_officer"},
}

var coops = []struct{ phone, manager, name, village, about string }{
	{"13900000011", "赵社长", "会宁坪果业合作社", "会宁坪", "十八户果农，山地苹果和梨，统一分级、统一装箱。"},
	{"13900000012", "孙社长", "清水湾山货合作社", "清水湾", "蜂蜜、核桃、菌子，山里收、山里晒。"},
}

var buyers = []struct{ phone, name string }{
	{BuyerPhone, "小陈"},
	{"13700000002", "阿琳"},
	{"13700000003", "老周家"},
	{"13700000004", "海边的猫"},
	{"13700000005", "豆豆妈"},
	{"13700000006", "一碗面"},
	{"13700000007", "青山"},
	{"13700000008", "Linda"},
}

var villages = []string{"会宁坪", "清水湾", "杨家沟", "石桥铺"}

// Names of invented households.
var (
	surnames = []string{"李", "王", "张", "刘", "陈", "杨", "马", "高", "郭", "何"}
	givens   = []string{"桂芳", "建国", "秀兰", "长河", "玉珍", "德山", "春燕", "宝财", "月英", "志强", "金花", "守田"}
)

type pack struct {
	label string
	grams int
	fen   int
	stock int
}

// goods are what households grow: picture, title, story, method, packs.
var goods = []struct {
	art, title, story, method string
	fresh                     bool
	packs                     []pack
}{
	{"apple", "会宁坪红富士苹果", "海拔一千六百米的坡地，昼夜温差大，果子脆、甜、有蜡香。今早现摘，坏果包赔。", "不套袋，人工疏果，沼液肥", true, []pack{{"5 斤装", 2500, 2980, 300}, {"10 斤装", 5000, 5280, 120}}},
	{"pear", "早酥梨", "皮薄汁多，个头不大，适合老人孩子。", "树龄二十年，农家肥", true, []pack{{"6 斤装", 3000, 2580, 160}}},
	{"honey", "百花土蜂蜜", "一年取一次，冬天会结晶，是真蜜的样子。", "中华蜂，土法取蜜", false, []pack{{"500 克", 500, 6800, 80}, {"1 千克", 1000, 12800, 40}}},
	{"potato", "黄心土豆", "沙地里长的，蒸着吃起沙，炒丝脆。", "轮作，不打催芽剂", false, []pack{{"10 斤装", 5000, 1990, 400}}},
	{"corn", "现掰糯玉米", "早上五点下地掰，到家煮十五分钟就行。", "自留种，不打除草剂", true, []pack{{"10 根", 3000, 2380, 200}}},
	{"egg", "散养土鸡蛋", "鸡在林子里跑，吃玉米和虫子，蛋黄橙红。", "林下散养", true, []pack{{"30 枚", 1500, 4500, 90}}},
	{"walnut", "薄皮核桃", "手一捏就开，今年新果，晒足太阳。", "自然晾晒", false, []pack{{"3 斤装", 1500, 3980, 150}}},
	{"mushroom", "干香菇", "椴木菌，肉厚，泡发后有木香。", "椴木栽培，炭火低温烘", false, []pack{{"250 克", 250, 3280, 110}}},
	{"pepper", "手工辣椒面", "自家晒的线椒，石磨碾，香而不呛。", "太阳晒干", false, []pack{{"200 克", 200, 1280, 220}}},
	{"garlic", "紫皮大蒜", "辣味足，耐放，一头六七瓣。", "冬灌春锄", false, []pack{{"5 斤装", 2500, 2280, 180}}},
	{"rice", "山泉新米", "梯田一季稻，现碾现发。", "山泉灌溉", false, []pack{{"5 千克", 5000, 4280, 140}}},
	{"tea", "高山绿茶", "清明后第一茬，回甘长。", "手工杀青", false, []pack{{"100 克", 100, 5800, 60}}},
}

var lines = []string{
	"这个苹果看着就脆", "上次买的还没吃完又来了", "大姐气色真好", "画面很清楚", "发到上海要几天呀", "支持家乡", "已经下单两箱",
	"孩子特别爱吃", "包装结实，没有坏的", "老人也能看懂，点个赞", "果园风景真美", "今天摘的就是不一样", "等着吃新米", "蜂蜜结晶是好蜜",
}

var questions = []string{"会不会打蜡？", "可以混装吗？", "坏了怎么赔？", "甜度怎么样？", "能放多久？"}

var answers = []string{
	"不打蜡，擦一擦就能吃。", "可以，下单后留言给我。", "坏果拍照，当天就赔。", "今年糖度十五左右，脆甜。", "阴凉处放一个月没问题。",
}
