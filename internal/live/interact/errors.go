package interact

import "tianbo/internal/kernel/fault"

var (
	// ErrNotOnAir: it needs a running broadcast.
	ErrNotOnAir = fault.Define(fault.Conflict, "interact_off_air", "开播后才能这样做", "This needs a running broadcast.")
	// ErrNoQuestion: there is no such question.
	ErrNoQuestion = fault.Define(fault.NotFound, "question_not_found", "这个问题不在了", "This question is not there.")
	// ErrQuestionDone: the question was answered or merged.
	ErrQuestionDone = fault.Define(fault.Conflict, "question_done", "这个问题已经回答或合并了", "This question has been answered or merged already.")
	// ErrAnswer: the answer is missing or too long.
	ErrAnswer = fault.Define(fault.Invalid, "answer_text", "回答请写 1 到 300 个字", "An answer has 1 to 300 characters.")
	// ErrMerge: a question cannot be merged so.
	ErrMerge = fault.Define(fault.Invalid, "question_merge", "只能合并到同一直播间的另一个未回答的问题", "Merge into another open question of the same room.")
	// ErrForeign: a product of another seller.
	ErrForeign = fault.Define(fault.Invalid, "bag_product", "购物袋里只能放本店在售的商品", "The bag takes listed products of this room's seller only.")
	// ErrBagFull: too many products.
	ErrBagFull = fault.Define(fault.Invalid, "bag_full", "购物袋最多放 100 件商品", "The bag holds at most 100 products.")
	// ErrNotInBag: only what is in the bag can be pinned.
	ErrNotInBag = fault.Define(fault.Invalid, "pin_not_in_bag", "请先把商品放进购物袋", "Put the product into the bag first.")
	// ErrPoll: the poll cannot be made so.
	ErrPoll = fault.Define(fault.Invalid, "poll_invalid", "投票需要 2 到 60 字的题目和 2 到 6 个不同的选项", "A poll needs a question of 2 to 60 characters and 2 to 6 different options.")
	// ErrNoPoll: there is no such poll.
	ErrNoPoll = fault.Define(fault.NotFound, "poll_not_found", "这个投票不在了", "This poll is not there.")
	// ErrPollClosed: voting is over.
	ErrPollClosed = fault.Define(fault.Conflict, "poll_closed", "投票已经结束", "Voting is over.")
	// ErrOption: there is no such option.
	ErrOption = fault.Define(fault.Invalid, "poll_option", "没有这个选项", "There is no such option.")
	// ErrVoted: one vote a person.
	ErrVoted = fault.Define(fault.Conflict, "poll_voted", "您已经投过票了", "You have voted already.")
	// ErrDraw: the draw cannot be made so.
	ErrDraw = fault.Define(fault.Invalid, "draw_invalid", "福袋需要 2 到 40 字的名称，1 到 100 份，每份价值 0.01 到 50000 元", "A lucky bag needs a title of 2 to 40 characters, 1 to 100 prizes of 0.01 to 50,000 yuan each.")
	// ErrNoDraw: there is no such draw.
	ErrNoDraw = fault.Define(fault.NotFound, "draw_not_found", "这个福袋不在了", "This lucky bag is not there.")
	// ErrDrawClosed: entering is over.
	ErrDrawClosed = fault.Define(fault.Conflict, "draw_closed", "这个福袋已经截止", "This lucky bag is closed.")
	// ErrDrawEarly: it is drawn only after closing.
	ErrDrawEarly = fault.Define(fault.Conflict, "draw_early", "到截止时间才能开奖", "It is drawn after it has closed, not before.")
	// ErrSlots: all guest places are taken.
	ErrSlots = fault.Define(fault.Conflict, "guest_slots", "最多同时邀请 3 位嘉宾", "At most three guests at a time.")
	// ErrGuest: the guest's name is missing.
	ErrGuest = fault.Define(fault.Invalid, "guest_name", "请写嘉宾的称呼，1 到 20 个字", "Give the guest's name, 1 to 20 characters.")
)
