package catalog

import "tianbo/internal/kernel/fault"

// The faults of the catalogue.
var (
	ErrNotFound = fault.Define(fault.NotFound, "product_not_found", "没有这个商品，可能已下架", "There is no such product; it may have been taken down.")
	ErrTitle    = fault.Define(fault.Invalid, "product_title", "商品名要 2 到 40 个字", "The title must have 2 to 40 characters.").At("body.title")
	ErrStory    = fault.Define(fault.Invalid, "product_story", "介绍最多 2000 个字", "The story must have at most 2000 characters.").At("body.story")
	ErrOrigin   = fault.Define(fault.Invalid, "product_origin", "请选产地", "Choose the place of origin.").At("body.origin")
	ErrShipTo   = fault.Define(fault.Invalid, "product_ship_to", "送达地区代码不对", "A ship-to region code is not valid.").At("body.shipTo")
	ErrPhotos   = fault.Define(fault.Invalid, "product_photos", "最多 9 张照片", "At most 9 pictures.").At("body.photos")
	ErrLabel    = fault.Define(fault.Invalid, "pack_label", "规格要 1 到 20 个字，比如 5 斤装", "The pack needs a label of 1 to 20 characters.").At("body.label")
	ErrNet      = fault.Define(fault.Invalid, "pack_net", "净重要在 1 克到 100 公斤之间", "Net weight must be between 1 g and 100 kg.").At("body.netGrams")
	ErrPrice    = fault.Define(fault.Invalid, "pack_price", "价格要在 0.01 到 100000 元之间", "The price must be between 0.01 and 100,000 yuan.").At("body.priceFen")
	ErrStock    = fault.Define(fault.Invalid, "pack_stock", "库存要在 0 到 1000000 之间", "Stock must be between 0 and 1,000,000.").At("body.stock")
	ErrPacks    = fault.Define(fault.Conflict, "too_many_packs", "一个商品最多 12 种规格", "A product has at most 12 packs.")
	ErrNoPack   = fault.Define(fault.Conflict, "no_pack", "先加一种规格和价格，再上架", "Add a pack with a price before listing.")
	ErrNoPhoto  = fault.Define(fault.Conflict, "no_photo", "先拍一张照片，再上架", "Add a picture before listing.")
	ErrWas      = fault.Define(fault.Invalid, "reference_price",
		"划线价不能高于 {limit} 元：近七天最低成交价（{day}）", "The struck-through price may not exceed {limit} yuan, the lowest deal of the last seven days ({day}).").At("body.wasFen")
	ErrWasLow = fault.Define(fault.Invalid, "reference_price_low",
		"划线价要高于现价，否则不用划", "A struck-through price must be higher than the price.").At("body.wasFen")
	ErrWasNoDeal = fault.Define(fault.Invalid, "reference_price_none", "还没有成交过，不能写划线价", "Nothing has been sold yet, so no price can be struck through.").At("body.wasFen")

	ErrSoldOut      = fault.Define(fault.Conflict, "sold_out", "“{title}”卖完了，看看别的吧", "“{title}” is sold out. Please pick another one.")
	ErrPriceChanged = fault.Define(fault.Conflict, "price_changed", "“{title}”的价格刚变了，请看清再买", "The price of “{title}” has just changed. Please look again.")
	ErrOff          = fault.Define(fault.Conflict, "off_shelf", "“{title}”已下架", "“{title}” is no longer for sale.")
	ErrArea         = fault.Define(fault.Conflict, "not_shipped_there", "“{title}”暂时送不到这个地址", "“{title}” is not sent to this address.")

	ErrPhoto = fault.Define(fault.Invalid, "photo_unreadable", "这不是能看的照片，请用 JPEG、PNG 或 WebP，最大 12 MB、4000 万像素", "This is not a picture we can read. Use JPEG, PNG or WebP up to 12 MB and 40 megapixels.")
)
